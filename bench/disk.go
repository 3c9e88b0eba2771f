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

// warm uses n bytes of memory and gives them back, so that the pages the kernel
// hands out next are those the machine already has. On a virtual machine each
// page that was never used costs a fault of the host, a third of the time of
// writing a file, and who is measured first would pay for all.
func warm(n int) error {
	all, err := syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_POPULATE)
	if err != nil {
		return err
	}
	return syscall.Munmap(all)
}
