#!/bin/sh
# What dhclient calls: configures the address and appends the event to $RECORD.
# See dhclient-script(8): $reason is the event, the lease is in the environment.
case "$reason" in
BOUND | RENEW | REBIND | REBOOT)
  ip address replace "$new_ip_address/$new_subnet_mask" dev "$interface"
  ;;
EXPIRE | FAIL | RELEASE | STOP) ip address flush dev "$interface" ;;
esac
{
  echo "$reason"
  env
  echo
} >>"$RECORD"
