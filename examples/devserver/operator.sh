#!/bin/sh
# The operator, unchanged, with its two scripts and with host keys that are the same in all runs.
PATH="$PWD/bin:$PATH" PYTHONPATH="$PWD/package" exec python3 -m kverify_kopf -m devserver.operator "$@"
