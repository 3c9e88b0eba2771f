package api_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"cenacle/internal/api"
)

// AUT-15: no address opens anything by what is written in it. There are no signed ones
// here, so that there is no key to be empty, never made, or good for another method, path
// or firm: neither a token that is good in its header, nor the signatures that others put
// into addresses, under an empty key among them, are looked at.
func TestAUT15_NoSignedAddress(t *testing.T) {
	s := open(t, 0)
	close(s.closing) // a stream tells what there is and ends
	samples := book()
	for _, o := range api.Routes(s.nouns) {
		if o.Open {
			continue
		}
		method, path, _ := strings.Cut(o.Pattern, " ")
		sign := hmac.New(sha256.New, nil)
		sign.Write([]byte(method + "\n" + s.path(path))) // of a hash, never fails
		signature := hex.EncodeToString(sign.Sum(nil))
		for _, written := range []string{
			"access_token=" + s.lead, "token=" + s.lead, "authorization=Bearer%20" + s.lead,
			"expires=99999999999&signature=" + signature, "expires=1&signature=", "sig=" + signature,
			"X-Amz-Expires=604800&X-Amz-Signature=" + signature,
		} {
			with := samples[o.Name]
			if with.query == "" {
				with.query = "?" + written
			} else {
				with.query += "&" + written
			}
			if r := s.send(o, with, ""); r.status != http.StatusUnauthorized {
				t.Errorf("%s with %s: %d, want 401", o.Name, written, r.status)
			}
		}
		s.Clock.Advance(11 * time.Minute) // or the brake on guessing answers instead
	}
}
