#!/bin/sh
# holds.sh PATTERN FILE: status 1, interesting, where the file holds the pattern.
! grep -q -e "$1" "$2"
