package oidctest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

// Forge is a provider whose tokens a test writes: for attacks, and where a scene
// needs somebody to be vouched for and no provider of its own.
type Forge struct {
	*httptest.Server
	Key    *rsa.PrivateKey
	Answer http.HandlerFunc // of the token endpoint
	Info   map[string]any   // what it says besides
	Led    int              // requests to where it leads, which nobody should send
}

// NewForge starts one at an address of this machine.
func NewForge(t testing.TB, at string) *Forge {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp4", at+":0")
	if err != nil {
		t.Fatal(err)
	}
	g := &Forge{Key: key}
	write := func(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) } // who asked may have gone
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		write(w, map[string]any{
			"issuer": g.URL, "authorization_endpoint": g.URL + "/auth", "token_endpoint": g.URL + "/token",
			"userinfo_endpoint": g.URL + "/info", "jwks_uri": g.URL + "/keys",
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		write(w, map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "kid": "1", "n": Base64(key.N.Bytes()), "e": Base64(big.NewInt(int64(key.E)).Bytes()),
		}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) { g.Answer(w, r) })
	mux.HandleFunc("GET /info", func(w http.ResponseWriter, _ *http.Request) { write(w, g.Info) })
	mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { g.Led++ })
	g.Server = &httptest.Server{Listener: l, Config: &http.Server{Handler: mux}}
	g.Start()
	t.Cleanup(g.Close)
	return g
}

// Base64 is what tokens are written in.
func Base64(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// Token writes one and has it signed.
func Token(header, claims map[string]any, sign func(text string) []byte) string {
	h, _ := json.Marshal(header) // plain values
	c, _ := json.Marshal(claims)
	text := Base64(h) + "." + Base64(c)
	return text + "." + Base64(sign(text))
}

// By signs with a key, as RS256 does.
func By(key *rsa.PrivateKey) func(text string) []byte {
	return func(text string) []byte {
		sum := sha256.Sum256([]byte(text))
		out, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			panic(err) // a key of 2,048 bits signs 32 bytes
		}
		return out
	}
}

// Vouch has the provider say, to the question behind an address of its own, that it
// is somebody, and returns what the browser brings back.
func (g *Forge) Vouch(t testing.TB, address, subject string, now time.Time) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	asked := u.Query()
	g.Info = map[string]any{"sub": subject}
	token := Token(map[string]any{"alg": "RS256", "kid": "1"}, map[string]any{
		"iss": g.URL, "aud": asked.Get("client_id"), "sub": subject, "nonce": asked.Get("nonce"), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}, By(g.Key))
	g.Answer = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": token}) // who asked may have gone
	}
	return url.Values{"code": {"code"}, "state": {asked.Get("state")}}
}
