#!/bin/sh
exec /opt/bin/sshd -D -f /opt/ssh/sshd_config
