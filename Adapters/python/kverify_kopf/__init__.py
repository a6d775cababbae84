"""Runs kopf operators for kverify, unchanged: `python3 -m kverify_kopf -m your.operator`."""
