package keycard

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/vault"
)

// Reader is where keys are shown: the listener, as far as the site and it have to agree.
type Reader struct {
	*Checker
	at  *url.URL // the listener's public address
	box *vault.Box
}

// NewReader returns the reader of a listener whose public address is at. Every node
// that has the directory's box reads what another one handed.
func NewReader(checker *Checker, at *url.URL, box *vault.Box) *Reader {
	return &Reader{checker, at, box}
}

const (
	// WayLife is how long there is to show a key.
	WayLife = 5 * time.Minute
	// HandLife is how long what was shown is good for: the browser goes on by itself.
	HandLife = time.Minute
)

// Way is whom the listener sends back, and where: what the site has sealed into the
// address that it led to, so that nobody makes the listener lead elsewhere.
type Way struct {
	Back  string `json:"back"`
	State string `json:"state"` // by which the site knows its own way again
	Ends  int64  `json:"ends"`  // unix seconds
}

var (
	wayPlace = vault.Place{Table: "keycard", Column: "way", Row: "way"}
	errLate  = errors.New("keycard: it took too long")
)

// handPlace binds what is handed to the one way for which it is.
func handPlace(back, state string) vault.Place {
	return vault.Place{Table: "keycard", Column: "hand", Row: state + "\n" + back}
}

// Way is the address of the listener for a way that leads back to an address of the
// site. State is unknown to everybody but the site.
func (r *Reader) Way(back, state string) (string, error) {
	sealed, err := r.seal(wayPlace, Way{back, state, r.clock().Add(WayLife).Unix()})
	return r.at.JoinPath(sealed).String(), err
}

// Follow opens what [Reader.Way] had sealed: Gone "keycard.way" when it is over, or none.
func (r *Reader) Follow(way string) (w Way, err error) {
	if err := r.open(wayPlace, way, &w); err != nil {
		return Way{}, fault.New(fault.Gone, "keycard.way").Because(err)
	}
	if r.clock().Unix() >= w.Ends {
		return Way{}, fault.New(fault.Gone, "keycard.way").Because(errLate)
	}
	return w, nil
}

// shown is a certificate on its way to the site.
type shown struct {
	Certificate []byte `json:"certificate"` // DER
	At          int64  `json:"at"`          // unix seconds
}

// Hand is where a browser goes on whose connection showed a certificate that counts:
// back to the site, with the certificate sealed for that way.
func (r *Reader) Hand(w Way, at *tls.ConnectionState) (address string, err error) {
	c, err := r.Meet(at)
	if err != nil {
		return "", err
	}
	sealed, err := r.seal(handPlace(w.Back, w.State), shown{c.Raw, r.clock().Unix()})
	return w.Back + "?" + url.Values{"code": {sealed}}.Encode(), err
}

// Take is the certificate that was handed for a way, and when it was shown. It counts
// still, or the fault says why not; whatever was not sealed for that way is
// Unauthenticated "keycard.none". That it counts once is the site's care.
func (r *Reader) Take(code, back, state string) (c *x509.Certificate, at time.Time, err error) {
	var s shown
	if err := r.open(handPlace(back, state), code, &s); err != nil {
		return nil, at, refused("none", err)
	}
	at = time.Unix(s.At, 0)
	if age := r.clock().Sub(at); age >= HandLife || age < -time.Second {
		return nil, at, refused("none", errLate)
	}
	if c, err = x509.ParseCertificate(s.Certificate); err != nil {
		return nil, at, refused("none", err)
	}
	return c, at, r.Check(c)
}

func (r *Reader) seal(p vault.Place, v any) (string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("keycard: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(r.box.Seal(p, raw)), nil
}

// longest is more than the text of any certificate that a browser would carry.
const longest = 24 << 10

func (r *Reader) open(p vault.Place, text string, v any) error {
	if len(text) > longest {
		return errors.New("keycard: it is too long")
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return err
	}
	raw, err := r.box.Open(p, sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}
