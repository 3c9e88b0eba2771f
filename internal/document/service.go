package document

import (
	"cmp"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/blob"
	"cenacle/internal/id"
)

const (
	defaultDelay = 2 * time.Minute
	defaultBeat  = 2 * time.Second
	lapse        = 7 * 24 * time.Hour // an upload that nobody continues
	maxPending   = 1000               // unfinished uploads of one person in one space
	undo         = 24 * time.Hour     // how long a deleted document can be restored
)

// Config is what an installation decides. The zero value of a field has the
// meaning given beside it.
type Config struct {
	Limit int64 // largest document in bytes; 0: what the format holds
	// Quota is asked, in the transaction that begins an upload, whether the
	// space may take size more bytes; its fault is the answer. nil: it may.
	Quota func(a *act.Act, space id.Space, size int64) error
	// Deposit gives the deposit that a client's document joins, in the act that
	// files it; package deposit has it. nil: clients cannot deposit.
	Deposit func(a *act.Act, by authz.Actor, space id.Space) (id.Deposit, error)
	Delay   time.Duration // before a notice leaves, so that a burst makes one; 0: two minutes
	Beat    time.Duration // between two signs of life of a writer; 0: two seconds
	// Alone says that no other process writes to these blobs (embedded store):
	// what a killed process left is taken over without waiting.
	Alone bool
}

// Service is the use cases of documents. Safe for concurrent use.
type Service struct {
	office  *act.Office
	blobs   *blob.Store
	config  Config
	writers writers
}

// New returns the use cases over an office and its blobs.
func New(office *act.Office, blobs *blob.Store, c Config) *Service {
	if c.Limit <= 0 || c.Limit > blob.MaxSize {
		c.Limit = blob.MaxSize
	}
	c.Delay = cmp.Or(c.Delay, defaultDelay)
	c.Beat = cmp.Or(c.Beat, defaultBeat)
	return &Service{office: office, blobs: blobs, config: c, writers: writers{at: map[id.Upload]*writer{}}}
}
