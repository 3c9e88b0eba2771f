package drive

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// ErrLocked is the cause of a fault.Conflict: somebody holds a lock, and its
// token did not come with the request (RFC 4918, 11.3).
var ErrLocked = errors.New("drive: locked")

func locked() error { return fault.New(fault.Conflict, "drive.locked").Because(ErrLocked) }

// held is a lock as it is stored.
type held struct {
	id           id.Lock
	space        id.Space
	person       id.Person
	chain        []string // what it locks, after all that holds it
	owner        []byte
	deep, shared bool
	life         time.Duration
	expires      time.Time
}

// locks reads the live locks of a space.
func (v *visit) locks(of id.Space) ([]held, error) {
	box, err := v.a.SpaceBox(of)
	if err != nil {
		return nil, err
	}
	var out []held
	err = v.a.Each(selectLocks, []any{of, store.Micros(v.a.Now)}, func(scan func(...any) error) error {
		h := held{space: of}
		var place string
		var owner []byte
		var deep, shared, life, expires int64
		if err := scan(&h.id, &h.person, &place, &owner, &deep, &shared, &life, &expires); err != nil {
			return err
		}
		h.chain = strings.Split(place, " ")
		h.deep, h.shared = deep == 1, shared == 1
		h.life, h.expires = time.Duration(life)*time.Second, store.Time(expires)
		h.owner, err = box.Open(lockPlace(h.id), owner)
		out = append(out, h)
		return err
	})
	return out, err
}

func lockPlace(l id.Lock) vault.Place {
	return vault.Place{Table: "drive_lock", Column: "owner", Row: string(l)}
}

// target is what is locked.
func (h held) target() string { return h.chain[len(h.chain)-1] }

// reaches reports whether a lock holds at the end of a chain, and from which of
// its members on.
func (h held) reaches(chain []string) (at int, ok bool) {
	at = slices.Index(chain, h.target())
	return at, at >= 0 && (h.deep || at == len(chain)-1)
}

// seen is the locks of a chain as the actor may know them.
func (v *visit) seen(all []held, chain []string, path Path) (out []Lock, err error) {
	for _, h := range all {
		at, ok := h.reaches(chain)
		if !ok {
			continue
		}
		l := h.shown(path[:at+1])
		if h.person != v.by.Person {
			names, err := firm.Names(v.a, []id.Person{h.person})
			if err != nil {
				return nil, err
			}
			l.Token, l.Owner, l.Holder = "", nil, names[h.person]
		}
		out = append(out, l)
	}
	return out, nil
}

func (h held) shown(root Path) Lock {
	return Lock{Token: h.id, Root: root, Deep: h.deep, Shared: h.shared, Owner: h.owner, Life: h.life, Expires: h.expires}
}

// pass refuses a change of a spot that others have locked, or the actor herself
// without saying so: a request must bring the token of one lock of each thing
// it changes. With member, the folder itself changes too, as something comes or
// goes.
func (v *visit) pass(at spot, tokens []id.Lock, member bool) error {
	if at.home() == "" {
		return nil
	}
	all, err := v.locks(at.home())
	if err != nil || len(all) == 0 {
		return err
	}
	chain, err := v.chain(at)
	if err != nil {
		return err
	}
	if err := v.free(all, chain, tokens); err != nil || !member || len(chain) < 2 {
		return err
	}
	return v.free(all, chain[:len(chain)-1], tokens)
}

// free refuses a chain at whose end a lock holds, unless the actor brings the
// token of one of hers that does.
func (v *visit) free(all []held, chain []string, tokens []id.Lock) error {
	barred := false
	for _, h := range all {
		if _, ok := h.reaches(chain); !ok {
			continue
		}
		if h.person == v.by.Person && slices.Contains(tokens, h.id) {
			return nil
		}
		stands, err := v.stands(h)
		if err != nil {
			return err
		}
		barred = barred || stands
	}
	if barred {
		return locked()
	}
	return nil
}

// stands reports whether the holder of a lock is still in the space: the lock
// of one who left hinders nobody.
func (v *visit) stands(h held) (bool, error) {
	if h.person == v.by.Person {
		return true, nil
	}
	f, err := circle.Facts(v.a, authz.Actor{Person: h.person, Firm: v.by.Firm}, h.space)
	if err != nil {
		return false, err
	}
	return !f.Walled && f.Role != "" && f.Member.Covers(v.a.Now), nil
}

// Locking asks for a lock. Life is cut to half an hour; the zero Life stands
// for that.
type Locking struct {
	Deep   bool
	Shared bool
	Owner  []byte // XML
	Life   time.Duration
	Guard  Guard
}

// Lock locks what a path leads to, for who may change it. Where nothing is, it
// makes an empty file that is the actor's alone until bytes come. Faults:
// ErrLocked; those of the rights.
func (s *Service) Lock(ctx context.Context, by authz.Actor, p Path, in Locking) (l Lock, created bool, err error) {
	defer fault.Op(&err, "drive.Lock")
	if in.Life <= 0 || in.Life > maxLife {
		in.Life = maxLife
	}
	err = s.keep(ctx, by, func(v *visit) error {
		at, err := v.walk(p)
		if err != nil {
			return err
		}
		if err := v.check(at, in.Guard); err != nil {
			return err
		}
		if err := v.change(at); err != nil {
			return err
		}
		if created = !at.exists(); created {
			if err := v.pass(at, in.Guard.Tokens, true); err != nil {
				return err
			}
			if at, err = v.announce(at); err != nil {
				return err
			}
		}
		l, err = v.lock(at, in)
		return err
	})
	return l, created, err
}

// lock writes a lock that no other one forbids.
func (v *visit) lock(at spot, in Locking) (Lock, error) {
	if at.home() == "" {
		return Lock{}, fault.New(fault.Forbidden, "fault.forbidden")
	}
	if err := v.a.Write(deleteLocks, store.Micros(v.a.Now)); err != nil {
		return Lock{}, err
	}
	all, err := v.locks(at.home())
	if err != nil {
		return Lock{}, err
	}
	chain, err := v.chain(at)
	if err != nil {
		return Lock{}, err
	}
	h := held{
		id: id.New[id.Lock](v.a.Now), space: at.home(), person: v.by.Person, chain: chain, owner: in.Owner,
		deep: in.Deep, shared: in.Shared, life: in.Life, expires: v.a.Now.Add(in.Life),
	}
	if err := v.agrees(all, h, chain); err != nil {
		return Lock{}, err
	}
	box, err := v.a.SpaceBox(at.home())
	if err != nil {
		return Lock{}, err
	}
	err = v.a.Write(insertLock, h.id, at.home(), h.person, strings.Join(h.chain, " "), box.Seal(lockPlace(h.id), h.owner),
		flag(h.deep), flag(h.shared), int64(h.life/time.Second), store.Micros(h.expires))
	return h.shown(at.path()), err
}

// agrees refuses a lock beside one it does not agree with: on the same thing,
// on a folder above, or, for a deep one, on anything within.
func (v *visit) agrees(all []held, mine held, chain []string) error {
	hers := 0
	for _, h := range all {
		if h.person == v.by.Person {
			hers++
		}
		_, ok := h.reaches(chain)
		within := mine.deep && slices.Contains(h.chain, mine.target())
		if !ok && !within || h.shared && mine.shared {
			continue
		}
		stands, err := v.stands(h)
		if err != nil {
			return err
		}
		if stands {
			return locked()
		}
	}
	if hers >= maxLocks {
		return fault.New(fault.Conflict, "drive.locks_many", maxLocks)
	}
	return nil
}

// Refresh gives a lock of the actor another life; it must hold where the path
// leads. Any other is fault.Precondition.
func (s *Service) Refresh(ctx context.Context, by authz.Actor, p Path, tokens []id.Lock, life time.Duration) (l Lock, err error) {
	defer fault.Op(&err, "drive.Refresh")
	err = s.keep(ctx, by, func(v *visit) error {
		h, path, err := v.hers(p, tokens)
		if err != nil {
			return err
		}
		if life <= 0 || life > maxLife {
			life = maxLife
		}
		h.life, h.expires = life, v.a.Now.Add(life)
		err = v.a.Write(updateLock, h.id, int64(life/time.Second), store.Micros(h.expires))
		l = h.shown(path)
		return err
	})
	return l, err
}

// Unlock ends a lock of the actor. One of another person is forbidden, one that
// does not hold there is a fault.Conflict.
func (s *Service) Unlock(ctx context.Context, by authz.Actor, p Path, token id.Lock) (err error) {
	defer fault.Op(&err, "drive.Unlock")
	return s.keep(ctx, by, func(v *visit) error {
		h, _, err := v.hers(p, []id.Lock{token})
		if err != nil {
			return err
		}
		return v.a.Write(deleteLock, h.id)
	})
}

// hers finds the lock of the actor that one of her tokens names and that holds
// where the path leads.
func (v *visit) hers(p Path, tokens []id.Lock) (held, Path, error) {
	at, err := v.walk(p)
	if err != nil {
		return held{}, nil, err
	}
	if at.home() == "" {
		return held{}, nil, fault.New(fault.Conflict, "drive.lock_unknown")
	}
	all, err := v.locks(at.home())
	if err != nil {
		return held{}, nil, err
	}
	chain, err := v.chain(at)
	if err != nil {
		return held{}, nil, err
	}
	for _, h := range all {
		root, ok := h.reaches(chain)
		if !ok || !slices.Contains(tokens, h.id) {
			continue
		}
		if h.person != v.by.Person {
			return held{}, nil, fault.New(fault.Forbidden, "drive.lock_foreign")
		}
		return h, at.path()[:root+1], nil
	}
	return held{}, nil, fault.New(fault.Conflict, "drive.lock_unknown")
}

// relock lets the locks of one thing hold on what it has become.
func (v *visit) relock(of id.Space, from, to []string) error {
	return v.a.Write(updateLocked, of, strings.Join(to, " "), strings.Join(from, " "))
}

// unlock ends the locks of what is moved away: a lock stays where it was made
// (RFC 4918, 7.6).
func (v *visit) unlock(of id.Space, chain []string) error {
	all, err := v.locks(of)
	if err != nil {
		return err
	}
	for _, h := range all {
		if slices.Contains(h.chain, chain[len(chain)-1]) {
			if err := v.a.Write(deleteLock, h.id); err != nil {
				return err
			}
		}
	}
	return nil
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
