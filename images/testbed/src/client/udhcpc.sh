#!/bin/sh
# What udhcpc calls: configures the address and appends the event to $RECORD.
# See udhcpc(8): $1 is the event, the lease is in the environment.
case "$1" in
deconfig) ip address flush dev "$interface" ;;
bound | renew) ip address replace "$ip/$mask" dev "$interface" ;;
esac
{
  echo "$1"
  env
  echo
} >>"$RECORD"
