package totp

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// The vectors of RFC 6238, appendix B, for SHA-1, and their last six digits.
func TestVectors(t *testing.T) {
	secret := Secret("12345678901234567890")
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471",
		1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := secret.Code(StepAt(time.Unix(at, 0))); got != want[2:] {
			t.Errorf("at %d: %s, want %s", at, got, want[2:])
		}
	}
}

func TestMatch(t *testing.T) {
	secret, now := NewSecret(), time.Unix(1_800_000_015, 0)
	middle := StepAt(now)
	for offset := int64(-3); offset <= 3; offset++ {
		step, ok := secret.Match(secret.Code(middle+offset), now, 0)
		if near := offset >= -1 && offset <= 1; ok != near || near && step != middle+offset {
			t.Errorf("a code %d steps away: step %d, %v", offset, step-middle, ok)
		}
	}
	if _, ok := secret.Match(secret.Code(middle), now, middle); ok {
		t.Error("a code was accepted twice")
	}
	if _, ok := secret.Match(secret.Code(middle-1), now, middle); ok {
		t.Error("an older code was accepted after a newer one")
	}
	good := secret.Code(middle)
	for _, bad := range []string{"", good[:5], good + "0", " " + good, strings.Repeat("0", 1000)} {
		if _, ok := secret.Match(bad, now, 0); ok {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestURI(t *testing.T) {
	secret := Secret("12345678901234567890")
	u, err := url.Parse(secret.URI("espace.delmas.fr", "zoé+x@forêt.fr"))
	if err != nil {
		t.Fatal(err)
	}
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/espace.delmas.fr:zoé+x@forêt.fr" ||
		u.Query().Get("secret") != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" || u.Query().Get("issuer") != "espace.delmas.fr" {
		t.Errorf("the address is %s", u)
	}
	if said := fmt.Sprintf("%v %s %x %q", secret, secret, secret, secret); strings.Contains(said, "1234") || strings.Contains(said, "3132") {
		t.Errorf("printed as %s", said)
	}
}
