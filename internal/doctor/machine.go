package doctor

import (
	"context"
	"errors"
	"os"
	"slices"
	"syscall"
	"time"

	"cenacle/internal/i18n"
)

const (
	leastRoom  = 256 << 20 // bytes free below which uploads are about to fail
	littleRoom = 2 << 30
	fewFiles   = 50      // one file in so many is left to the file system
	samples    = 9       // of a durable write
	piece      = 4 << 10 // bytes of each
	slowWrite  = 50      // milliseconds
	smallDrift = 5 * time.Second
	largeDrift = time.Minute
	smallStep  = 500 * time.Millisecond
)

// disk looks for room in the data folder and measures how long the file system
// takes to make a small write durable, which is what an act costs.
func (e *examination) disk() {
	var room syscall.Statfs_t
	if err := syscall.Statfs(e.config.Data, &room); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			e.add("disk", Warning, "disk_none", e.config.Data)
			return
		}
		e.add("disk", Error, "disk_unreachable", e.config.Data, cause(err))
		return
	}
	free := int64(room.Bavail) * room.Bsize
	e.room(free, room.Ffree, room.Files)
	took, err := e.write()
	switch {
	case err != nil:
		e.add("disk", Error, "disk_unwritable", e.config.Data, cause(err))
	case took.Milliseconds() >= slowWrite:
		e.add("disk", Warning, "disk_slow", took.Milliseconds())
	default:
		e.add("disk", Fine, "disk_fine", i18n.Size(free), took.Microseconds())
	}
}

// room judges what is left, in bytes and in files; a file system that does not
// count files says 0 of 0.
func (e *examination) room(free int64, files, all uint64) {
	switch {
	case free < leastRoom:
		e.add("disk", Error, "disk_full", i18n.Size(free))
	case free < littleRoom:
		e.add("disk", Warning, "disk_low", i18n.Size(free))
	}
	if all > 0 && files < all/fewFiles {
		e.add("disk", Warning, "disk_files", int64(files))
	}
}

// write makes small writes durable in the data folder and returns the median of
// what they took. It also compares the clock of the file system with ours.
func (e *examination) write() (_ time.Duration, err error) {
	f, err := os.CreateTemp(e.config.Data, ".doctor-*")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	took := make([]time.Duration, samples)
	for i := range took {
		before := e.Uptime()
		if _, err := f.Write(make([]byte, piece)); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took[i] = e.Uptime() - before
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if away := e.Clock().Sub(info.ModTime()).Abs(); away > largeDrift {
		e.add("clock", Warning, "clock_folder", away.Round(time.Second))
	}
	slices.Sort(took)
	return took[samples/2], nil
}

// clock compares the machine's clock with that of the database server, with
// instants that the database remembers (found by journals), and over the run
// with a clock that nobody sets.
func (e *examination) clock(ctx context.Context) {
	found := len(e.Findings)
	if e.store != nil {
		before := e.Clock()
		there, err := e.store.Now(ctx)
		switch away := there.Sub(before).Abs(); {
		case err != nil:
			e.add("clock", Warning, "clock_unknown", cause(err))
		case there.IsZero():
		case away > largeDrift:
			e.add("clock", Error, "clock_database", away.Round(time.Second))
		case away > smallDrift:
			e.add("clock", Warning, "clock_database", away.Round(time.Second))
		}
	}
	wall, steady := e.Clock().Round(0).Sub(e.began.Round(0)), e.Uptime()-e.ran
	if step := (wall - steady).Abs(); step > smallStep {
		e.add("clock", Warning, "clock_steps", step.Milliseconds())
	}
	if len(e.Findings) == found {
		e.add("clock", Fine, "clock_fine")
	}
}

// remembers judges an instant that the installation has written down.
func (e *examination) remembers(at time.Time) {
	if ahead := at.Sub(e.Clock()); ahead > largeDrift {
		e.add("clock", Error, "clock_behind", ahead.Round(time.Second))
	}
}
