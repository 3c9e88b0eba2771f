package api

import (
	"encoding/hex"
	"strconv"
	"strings"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
)

// maxKey is the longest Idempotency-Key, in characters.
const maxKey = 255

// once reads the Idempotency-Key of the request
// (draft-ietf-httpapi-idempotency-key-header) into its actor. What is kept of
// the key and of the request are keyed hashes.
func (r *Request) once() error {
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		return nil
	}
	if len(key) > maxKey || strings.ContainsFunc(key, func(c rune) bool { return c < ' ' || c > '~' }) {
		return fault.New(fault.Invalid, "api.key", maxKey).In("?Idempotency-Key")
	}
	digest := func(purpose string, parts ...string) string {
		var all strings.Builder
		for _, p := range parts {
			all.WriteString(strconv.Itoa(len(p)) + ":" + p)
		}
		return hex.EncodeToString(r.api.Keys.Digest(purpose, all.String()))
	}
	r.Actor.Once = authz.Once{
		Key: digest("api.once.key", string(r.Actor.Firm), string(r.Actor.Person), key),
		Request: digest("api.once.request", r.Method, r.URL.Path, r.URL.RawQuery, string(r.body),
			r.Header.Get("Content-Length"), r.Header.Get("Content-Disposition"), r.Header.Get("Upload-Length"), r.Header.Get("Upload-Metadata")),
	}
	return nil
}

// settle does an act once for its key: a second time it gives again what the
// first made or changed. Of two at once, the one who loses does so too.
func settle[Out any](r *Request, do func() (Out, error), again func(object string) (Out, error)) (out Out, err error) {
	if r.Actor.Once.Key == "" {
		return do()
	}
	if object, done, err := r.settled(); err != nil {
		return out, err
	} else if done {
		return again(object)
	}
	out, err = do()
	if !fault.Is(err, fault.Conflict) || code(err) != "act.once" {
		return out, err
	}
	object, done, unread := r.settled()
	if unread != nil || !done {
		return out, err // what took the key is gone by now: the program may ask again
	}
	return again(object)
}

func (r *Request) settled() (object string, done bool, err error) {
	object, done, err = r.api.Office.Settled(r.Context(), r.Actor)
	if fault.Is(err, fault.Invalid) {
		err = fault.New(fault.Invalid, "act.once_other").In("?Idempotency-Key").Because(err)
	}
	if done {
		r.Set("Idempotency-Replayed", "true")
	}
	return object, done, err
}
