package front

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
)

var statuses = [...]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Gone:            http.StatusGone,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.RangeInvalid:    http.StatusRequestedRangeNotSatisfiable,
	fault.Busy:            http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.NoSpace:         http.StatusInsufficientStorage,
	fault.Precondition:    http.StatusPreconditionFailed,
	fault.Malformed:       http.StatusBadRequest,
}

// Status is the HTTP status of a kind of fault.
func Status(k fault.Kind) int { return statuses[k] }

// Known gives what reading a request met the meaning it has for people: a body
// beyond its limit is too large, and says the limit; a space that demands more of its
// members than one has shown says what.
func Known(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return fault.New(fault.TooLarge, "fault.too_large", i18n.Size(big.Limit)).Because(err)
	}
	if need := authz.Demanded(err); need > authz.Single { // a member, who is told what to show
		return fault.New(fault.Forbidden, "fault.demand."+need.String()).Because(err)
	}
	return err
}

// RetryAfter says when a request that was refused for a while may come again.
func RetryAfter(h http.Header, err error) {
	var known *fault.Error
	if errors.As(err, &known) && known.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int((known.RetryAfter+time.Second-1)/time.Second)))
	} else if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Busy) {
		h.Set("Retry-After", "10")
	}
}
