package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/acme/autocert"

	"cenacle/internal/store"
	"cenacle/internal/vault"
)

var (
	selectHeld = store.ForDirectory(`
select sealed from certificate where hash = $1`)
	putHeld = store.ForDirectory(`
insert into certificate (hash, sealed, written_at) values ($1, $2, $3)
on conflict (hash) do update set sealed = excluded.sealed, written_at = excluded.written_at`)
	deleteHeld = store.ForDirectory(`
delete from certificate where hash = $1`)
	takeTurn = store.ForDirectory(`
insert into certificate_turn (hash, holder, ends_at) values ($1, $2, $3)
on conflict (hash) do update set holder = excluded.holder, ends_at = excluded.ends_at
where certificate_turn.ends_at < $4 or certificate_turn.holder = excluded.holder`)
	giveTurn = store.ForDirectory(`
delete from certificate_turn where hash = $1 and holder = $2`)
)

// shelf is where all nodes keep what they have of the authority; it is what
// autocert calls a cache.
type shelf struct {
	directory *store.Directory
	box       *vault.Box
	clock     func() time.Time
	holder    string // this node, while it asks
}

func (s *shelf) hash(key string) []byte { return s.box.Lookup("certificate", key) }

func place(hash []byte) vault.Place {
	return vault.Place{Table: "certificate", Column: "sealed", Row: hex.EncodeToString(hash)}
}

// Get returns what was put under a key, or autocert.ErrCacheMiss.
func (s *shelf) Get(ctx context.Context, key string) ([]byte, error) {
	hash := s.hash(key)
	var sealed []byte
	err := s.directory.View(ctx, func(tx *store.DirectoryTx) error {
		return tx.Row(selectHeld, []any{hash}, &sealed)
	})
	if errors.Is(err, store.ErrNoRow) {
		return nil, autocert.ErrCacheMiss
	}
	if err != nil {
		return nil, err
	}
	return s.box.Open(place(hash), sealed)
}

// Put keeps what it is given; what stood there before is replaced.
func (s *shelf) Put(ctx context.Context, key string, data []byte) error {
	hash := s.hash(key)
	return s.directory.Update(ctx, func(tx *store.DirectoryTx) error {
		return tx.Write(putHeld, hash, s.box.Seal(place(hash), data), store.Micros(s.clock()))
	})
}

// Delete forgets a key.
func (s *shelf) Delete(ctx context.Context, key string) error {
	return s.directory.Update(ctx, func(tx *store.DirectoryTx) error {
		return tx.Write(deleteHeld, s.hash(key))
	})
}

// take gives this node the turn to ask for a host, unless another one has it.
func (s *shelf) take(ctx context.Context, host string, d time.Duration) (mine bool, err error) {
	now := s.clock()
	err = s.directory.Update(ctx, func(tx *store.DirectoryTx) error {
		rows, err := tx.Exec(takeTurn, s.hash(host), s.holder, store.Micros(now.Add(d)), store.Micros(now))
		mine = rows == 1
		return err
	})
	return mine, err
}

func (s *shelf) give(ctx context.Context, host string) error {
	return s.directory.Update(ctx, func(tx *store.DirectoryTx) error {
		return tx.Write(giveTurn, s.hash(host), s.holder)
	})
}

// Held is the certificate that an installation has of a host, for whoever
// examines it: nil without one.
func Held(ctx context.Context, d *store.Directory, b *vault.Box, host string) (*x509.Certificate, error) {
	s := shelf{directory: d, box: b}
	text, err := s.Get(ctx, host)
	if errors.Is(err, autocert.ErrCacheMiss) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			return x509.ParseCertificate(block.Bytes)
		}
	}
	return nil, errors.New("certificate: no certificate is held under its name")
}

// pair is the certificate of a name as it lies on the shelf, with its key, for as long
// as it is good.
func (s *shelf) pair(ctx context.Context, name string) (*tls.Certificate, error) {
	text, err := s.Get(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("certificate: none of a former name: %w", err)
	}
	// As autocert writes it: the key, then the chain.
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		return nil, fmt.Errorf("certificate: of a former name: %w", err)
	}
	if s.clock().After(pair.Leaf.NotAfter) {
		return nil, errors.New("certificate: that of a former name has ended")
	}
	return &pair, nil
}
