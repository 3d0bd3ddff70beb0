# A job of dom0: one guest, whose console is the second serial port. It ends with the guest.
log=/var/log/xen/guest-guest.log
touch $log
tail -f -n +1 $log > /dev/ttyS1 &
xl create /job/guest.cfg > /tmp/create.log 2>&1 || cat /tmp/create.log > /dev/ttyS1
while xl domid guest > /dev/null 2>&1; do sleep 1; done
sleep 2
