#!/bin/sh
# refused.sh MPC-OPT PASS TEXT FILE: status 1, interesting, where the pass fails on the file with that text.
! "$1" "$2" "$4" 2>&1 | grep -q -e "$3"
