package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
)

// Failure is the class of what went wrong, a stable word that names nobody.
type Failure string

const (
	Forbidden   Failure = "forbidden"   // the address is none that may be reached
	Unknown     Failure = "unknown"     // the name has no address
	Unreachable Failure = "unreachable" // nobody takes the connection
	Untrusted   Failure = "untrusted"   // the certificate does not prove who answers
	Slow        Failure = "slow"        // no whole answer within [Patience]
	Wrong       Failure = "wrong"       // what came is no answer of HTTP
	Large       Failure = "large"       // the answer is longer than [MaxAnswer]
)

// Error is a failed request. Its text is its class alone: addresses are sealed
// at rest and do not go into a log.
type Error struct {
	Failure Failure
	cause   error
}

func (e *Error) Error() string { return "outbound: " + string(e.Failure) }

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.cause }

var (
	errForbidden = errors.New("outbound: that address is not to be reached")
	errLarge     = errors.New("outbound: the answer is too long")
)

func failed(err error) *Error {
	var timeout net.Error
	switch {
	case errors.Is(err, errForbidden):
		return &Error{Forbidden, err}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.As(err, &timeout) && timeout.Timeout():
		return &Error{Slow, err}
	}
	var name *net.DNSError
	var dial *net.OpError
	switch {
	case errors.As(err, &name):
		return &Error{Unknown, err}
	case untrusted(err):
		return &Error{Untrusted, err}
	case errors.As(err, &dial) && dial.Op == "dial":
		return &Error{Unreachable, err}
	}
	return &Error{Wrong, err}
}

func untrusted(err error) bool {
	var chain *tls.CertificateVerificationError
	var alert *net.OpError
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &chain) || errors.As(err, &host) || errors.As(err, &authority) || errors.As(err, &invalid) ||
		errors.As(err, &alert) && alert.Op == "remote error" // an alert of TLS
}
