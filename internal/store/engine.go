package store

import (
	"fmt"
	"sync"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// tuned sets what SQLite can only be told before its first connection, once for
// the process. Savepoints and statements of several rows keep the pages they
// change in memory; by default that is one piece of 64 KiB for each of them,
// which the allocator asks from the system and gives back every time. Counting
// the memory in use costs a lock for each piece, and nobody asks.
var tuned = sync.OnceValue(func() error {
	tls := libc.NewTLS()
	defer tls.Close()
	list := libc.Xmalloc(tls, 8)
	if list == 0 {
		return fmt.Errorf("store: no memory for the settings of SQLite")
	}
	defer libc.Xfree(tls, list)
	for _, setting := range [][2]int32{
		{sqlite3.SQLITE_CONFIG_STMTJRNL_SPILL, -1}, // never to a file, in pieces of 1 KiB
		{sqlite3.SQLITE_CONFIG_MEMSTATUS, 0},
	} {
		switch code := sqlite3.Xsqlite3_config(tls, setting[0], libc.VaList(list, setting[1])); code {
		case sqlite3.SQLITE_OK, sqlite3.SQLITE_MISUSE: // somebody opened a database before us: it is only slower
		default:
			return fmt.Errorf("store: SQLite refuses setting %d: code %d", setting[0], code)
		}
	}
	return nil
})

const (
	slab  = 64 << 10 // what the allocator asks from the system at once
	piece = 2 << 10  // room that a piece of 1 KiB and its heads take there
	slabs = 12       // of pieces: what savepoints of 90 changed pages need
)

// retained keeps some memory of the allocator in hand, once for the process: it
// gives a slab back as soon as nothing in it is used, so that savepoint after
// savepoint would ask the system for fresh pages. One piece of each slab stays
// taken; the others are free for SQLite.
var retained = sync.OnceValue(func() (pieces int) {
	tls := libc.NewTLS()
	defer tls.Close()
	each := (slab - 64) / piece
	var taken []uintptr
	for range slabs * each {
		taken = append(taken, libc.Xmalloc(tls, piece))
	}
	for i, p := range taken {
		if i%each != 0 {
			libc.Xfree(tls, p)
		}
	}
	return slabs
})
