#!/bin/sh
# Joins the backend of a guest's network device to the bridge; Debian's script for this needs bash.
case $1 in online | add)
  ip link set "$vif" up
  brctl addif xenbr0 "$vif"
  xenstore-write "$XENBUS_PATH/hotplug-status" connected
  ;;
esac
exit 0
