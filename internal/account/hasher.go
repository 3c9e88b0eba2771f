package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"cenacle/internal/fault"
)

// cost is what one guess costs, by Argon2id (RFC 9106).
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// strong is 64 MiB and about a tenth of a second of two cores.
var strong = cost{memory: 64 << 10, passes: 3, threads: 2}

// light is next to nothing, for tests whose matter is not the password.
var light = cost{memory: 64, passes: 1, threads: 1}

const (
	saltSize = 16
	hashSize = 32

	hashQueue = 32               // who wait for a slot
	hashWait  = 10 * time.Second // at most, each of them
	hashRetry = 5 * time.Second  // what the others are told
)

// hashSlots is how many run at once, each of them on two cores: a half of the cores at most,
// where there are more than two, so that who only reads does not wait for strangers who
// guess; and 128 MiB.
func hashSlots() int { return max(1, min(2, runtime.GOMAXPROCS(0)/4)) }

// hasher runs a bounded number of hashes at once, lets a bounded number wait
// and sends the rest away.
type hasher struct {
	cost    cost
	slots   chan struct{}
	waiting atomic.Int64
	refused atomic.Uint64 // those sent away
	dummy   string        // what the passwords of unknown people are checked against
}

// Lighten has the service hash passwords at next to no cost: half of what tests spend is
// hashing otherwise. What ships never calls it (a rule of package arch).
func (s *Service) Lighten() { s.hasher = newHasher(light) }

func newHasher(c cost) *hasher {
	h := &hasher{cost: c, slots: make(chan struct{}, hashSlots())}
	h.dummy = encode(c, random(saltSize), random(hashSize))
	return h
}

func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	leave = func() {
		if h.cost == strong {
			runtime.GC() // a hash leaves more garbage than all else makes: the next one takes its place
		}
		<-h.slots
	}
	select {
	case h.slots <- struct{}{}:
		return leave, nil
	default:
	}
	defer h.waiting.Add(-1)
	if h.waiting.Add(1) > hashQueue {
		return nil, h.crowded()
	}
	patience := time.NewTimer(hashWait)
	defer patience.Stop()
	select {
	case h.slots <- struct{}{}:
		return leave, nil
	case <-patience.C:
		return nil, h.crowded()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (h *hasher) crowded() error {
	h.refused.Add(1)
	return fault.New(fault.Busy, "account.crowded").After(hashRetry)
}

// Hashing is how many passwords are being hashed now, wait for it, and were sent
// away since the start.
type Hashing struct {
	Running, Waiting int64
	Refused          uint64
}

// Hashing reads the queue of password hashes.
func (s *Service) Hashing() Hashing {
	return Hashing{int64(len(s.hasher.slots)), s.hasher.waiting.Load(), s.hasher.refused.Load()}
}

// hash returns the encoded hash of a new password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := random(saltSize)
	return encode(h.cost, salt, h.cost.derive(password, salt)), nil
}

// check reports whether password has this encoded hash. An empty one, of a
// person who has no password or does not exist, takes the same time and fails.
func (h *hasher) check(ctx context.Context, encoded, password string) (bool, error) {
	known := encoded != ""
	if !known {
		encoded = h.dummy
	}
	c, salt, want, err := decode(encoded)
	if err != nil {
		return false, err
	}
	leave, err := h.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	same := subtle.ConstantTimeCompare(c.derive(password, salt), want) == 1
	return same && known, nil
}

func (c cost) derive(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, hashSize)
}

// encode writes the usual string of Argon2 hashes (PHC string format).
func encode(c cost, salt, hash []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.threads,
		b64.EncodeToString(salt), b64.EncodeToString(hash))
}

var errEncoded = errors.New("account: unreadable password hash")

func decode(s string) (c cost, salt, hash []byte, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return cost{}, nil, nil, errEncoded
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); err != nil {
		return cost{}, nil, nil, errEncoded
	}
	b64 := base64.RawStdEncoding.Strict()
	salt, saltErr := b64.DecodeString(parts[4])
	hash, hashErr := b64.DecodeString(parts[5])
	if saltErr != nil || hashErr != nil || len(hash) != hashSize {
		return cost{}, nil, nil, errEncoded
	}
	return c, salt, hash, nil
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}
