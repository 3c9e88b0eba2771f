package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// flushes counts how often the disk below a folder was told to keep what it has,
// by everybody: what an act costs where durability is not free. It is 0 where
// the kernel does not tell (before Linux 5.5, or no disk of its own).
func flushes(dir string) float64 {
	var about syscall.Stat_t
	if syscall.Stat(dir, &about) != nil {
		return 0
	}
	raw, err := os.ReadFile("/proc/diskstats")
	if err != nil {
		return 0
	}
	dev := uint64(about.Dev)
	major, minor := (dev>>8)&0xfff, dev&0xff|(dev>>12)&0xfff00
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		if len(f) > 18 && f[0] == strconv.FormatUint(major, 10) && f[1] == strconv.FormatUint(minor, 10) {
			n, _ := strconv.ParseFloat(f[18], 64) // 0 as above
			return n
		}
	}
	return 0
}
