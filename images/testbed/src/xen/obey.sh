# A job of dom0: runs what comes over the second serial port, one script in base64 a line.
exec 3<> /dev/ttyS1
echo READY >&3
number=0
while read -r script <&3; do
  number=$((number + 1))
  echo "$script" | base64 -d > /tmp/script
  sh /tmp/script > /tmp/output 2>&1 3>&- < /dev/null
  status=$?
  {
    echo "BEGIN $number"
    base64 /tmp/output
    echo "END $number $status"
  } >&3
done
