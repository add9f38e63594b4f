#!/bin/sh
# qemu.sh ARCH MAGIC MASK QEMU COMMAND...: runs a command where programs of another architecture are run by qemu-user, in
# a namespace of its own: nothing else on the machine sees it (Linux 6.7 and newer).
set -e
arch=$1 magic=$2 mask=$3 qemu=$4
shift 4
mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
printf '%s' ":$arch:M::$magic:$mask:$qemu:F" >/proc/sys/fs/binfmt_misc/register
exec "$@"
