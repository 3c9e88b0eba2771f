package oidc

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cenacle/internal/oidc/oidctest"
)

type object = map[string]any

func mac(secret []byte) func(string) []byte {
	return func(text string) []byte {
		h := hmac.New(sha256.New, secret)
		h.Write([]byte(text))
		return h.Sum(nil)
	}
}

// case_ is one attack: what is changed of what would be good.
type case_ struct {
	name   string
	claims object // "" takes one away
	header object
	sign   func(g *oidctest.Forge) func(string) []byte
	whole  func(token string) any // what stands in the place of the token
	answer func(*Answer)
	peer   func(g *oidctest.Forge) func(http.ResponseWriter, *http.Request)
	issuer func(*Issuer)
	again  bool
	info   object
}

func claims(name, key string, value any) case_ {
	return case_{name: name, claims: object{key: value}}
}

func whole(name string, f func(string) any) case_ { return case_{name: name, whole: f} }

func says(name string, status int, body string) case_ {
	return case_{name: name, peer: func(*oidctest.Forge) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body) // the client may have gone
		}
	}}
}

func header(name string, h object, sign func(g *oidctest.Forge) func(string) []byte) case_ {
	return case_{name: name, header: h, sign: sign}
}

// attacks are what nobody may enter by.
func attacks(now time.Time) []case_ {
	unsigned := func(*oidctest.Forge) func(string) []byte { return func(string) []byte { return nil } }
	stranger := func(*oidctest.Forge) func(string) []byte {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return oidctest.By(key)
	}
	public := func(encode func(*rsa.PublicKey) []byte) func(g *oidctest.Forge) func(string) []byte {
		return func(g *oidctest.Forge) func(string) []byte { return mac(encode(&g.Key.PublicKey)) }
	}
	spki := func(k *rsa.PublicKey) []byte { raw, _ := x509.MarshalPKIXPublicKey(k); return raw }
	inPEM := func(k *rsa.PublicKey) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki(k)})
	}
	elliptic := func(*oidctest.Forge) func(string) []byte {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		return func(text string) []byte {
			sum := sha256.Sum256([]byte(text))
			r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
			if err != nil {
				panic(err)
			}
			return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		}
	}
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	return []case_{
		header("alg none", object{"alg": "none"}, unsigned), header("alg None", object{"alg": "None"}, unsigned), header("alg NONE", object{"alg": "NONE"}, unsigned),
		header("no alg", object{"alg": ""}, unsigned), header("none, but signed", object{"alg": "none"}, nil), header("signed by nobody", nil, unsigned),
		header("HS256 with the public key", object{"alg": "HS256"}, public(spki)), header("HS256 with it in PEM", object{"alg": "HS256"}, public(inPEM)),
		header("HS256 with its modulus", object{"alg": "HS256"}, public(func(k *rsa.PublicKey) []byte { return k.N.Bytes() })),
		header("HS256 with our secret", object{"alg": "HS256"}, func(*oidctest.Forge) func(string) []byte { return mac([]byte("secret")) }),
		header("another key", nil, stranger), header("another key with its kid", object{"kid": "2"}, stranger),
		header("a key in the header", object{"jwk": object{"kty": "RSA", "n": "AQAB", "e": "AQAB"}}, stranger),
		header("a key at an address", object{"jku": "http://127.0.0.1:1/keys"}, stranger),
		header("ES256 of a stranger", object{"alg": "ES256"}, elliptic), header("an algorithm that is not announced", object{"alg": "PS256"}, nil),
		header("what must be understood", object{"crit": []string{"x"}, "x": 1}, nil),

		claims("another issuer", "iss", "https://evil.example"), claims("an issuer like ours", "iss", "/"), claims("no issuer", "iss", ""),
		claims("an issuer that is a list", "iss", []string{"a"}),
		claims("for another client", "aud", "other"), claims("for nobody", "aud", ""), claims("for others", "aud", []string{"a", "b"}),
		claims("for nobody in a list", "aud", []string{}), claims("for a client like us", "aud", "client "),
		claims("for us and another, said of nobody", "aud", []string{"client", "other"}),
		{name: "for us, given to another", claims: object{"aud": []string{"client", "other"}, "azp": "other"}},
		claims("given to another", "azp", "other"),
		claims("no nonce", "nonce", ""), claims("another nonce", "nonce", "x"), claims("a nonce that is a list", "nonce", []string{"x"}),
		claims("over", "exp", at(-time.Second)), claims("over long ago", "exp", 1), claims("never over", "exp", ""), claims("over before time", "exp", -1),
		claims("not yet", "nbf", at(time.Hour)), claims("made tomorrow", "iat", at(24*time.Hour)), claims("made in a while", "iat", at(2*time.Minute)),
		claims("made before we asked", "iat", at(-10*time.Minute)), claims("made at no time", "iat", ""),
		claims("of nobody", "sub", ""), claims("of a number", "sub", 7), claims("of a long name", "sub", strings.Repeat("x", 256)),
		claims("shown tomorrow", "auth_time", at(24*time.Hour)),

		{name: "not shown again", again: true, claims: object{"auth_time": at(-10 * time.Minute)}}, {name: "shown again at no time", again: true},
		{name: "another's address", claims: object{"email": ""}, info: object{"sub": "other", "email": "a@b.example", "email_verified": true}},

		whole("no token", func(string) any { return nil }), whole("an empty one", func(string) any { return "" }),
		whole("a number", func(string) any { return 7 }), whole("cut", func(s string) any { return s[:len(s)-4] }),
		whole("without its signature", func(s string) any { return s[:strings.LastIndexByte(s, '.')+1] }),
		whole("in two parts", func(s string) any { return s[:strings.LastIndexByte(s, '.')] }), whole("in four", func(s string) any { return s + ".x" }),
		whole("two of them", func(s string) any { return s + s }), whole("sealed", func(s string) any { return s + ".a.b" }),
		whole("its claims changed", func(s string) any {
			part := strings.Split(s, ".")
			raw, _ := base64.RawURLEncoding.DecodeString(part[1])
			return part[0] + "." + oidctest.Base64([]byte(strings.Replace(string(raw), `"sub":"her"`, `"sub":"you"`, 1))) + "." + part[2]
		}),

		{name: "another state", answer: func(a *Answer) { a.State = "x" }}, {name: "no state", answer: func(a *Answer) { a.State = "" }},
		{name: "no code", answer: func(a *Answer) { a.Code = "" }}, {name: "the provider says no", answer: func(a *Answer) { a.Error = "access_denied" }},
		{name: "another provider answers", answer: func(a *Answer) { a.Issuer = "https://evil.example" }},
		{name: "it does not say who answers", issuer: func(i *Issuer) { i.Names = true }},
		says("the code was used", 400, `{"error":"invalid_grant"}`), says("a page", 200, "<html>"), says("nothing", 200, ""),
		says("a token without id", 200, `{"access_token":"x","token_type":"Bearer"}`), says("broken", 500, "{}"),
		{name: "led elsewhere", peer: func(g *oidctest.Forge) func(http.ResponseWriter, *http.Request) {
			return func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, g.URL+"/elsewhere", http.StatusTemporaryRedirect)
			}
		}},
	}
}

// AUT-10: whatever a token or an answer was made of, nobody enters but by the one
// that is right, and no secret follows where a provider leads.
func TestAUT10_Attacks(t *testing.T) {
	now := time.Now()
	g := oidctest.NewForge(t, "127.0.0.1")
	c := open(func() time.Time { return now })
	issuer, err := c.Discover(t.Context(), g.URL)
	if err != nil {
		t.Fatal(err)
	}
	party := Party{"client", "secret", "https://cenacle.example/back"}
	all := attacks(now)
	if len(all) < 60 {
		t.Fatalf("%d attacks", len(all))
	}
	try := func(one case_) (Claims, error) {
		i, r := issuer, c.NewRequest(one.again)
		a := Answer{Code: "code", State: r.State}
		head := object{"alg": "RS256", "kid": "1", "typ": "JWT"}
		body := object{"iss": i.URL, "aud": "client", "sub": "her", "nonce": r.Nonce, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "email": "her@b.example", "email_verified": true}
		maps.Copy(head, one.header)
		maps.Copy(body, one.claims)
		if body["iss"] == "/" {
			body["iss"] = i.URL + "/"
		}
		maps.DeleteFunc(body, func(_ string, v any) bool { return v == "" })
		sign := oidctest.By(g.Key)
		if one.sign != nil {
			sign = one.sign(g)
		}
		var token any = oidctest.Token(head, body, sign)
		if one.whole != nil {
			token = one.whole(token.(string))
		}
		g.Info = one.info
		g.Answer = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(object{"access_token": "x", "token_type": "Bearer", "id_token": token})
		}
		if one.peer != nil {
			g.Answer = one.peer(g)
		}
		if one.issuer != nil {
			one.issuer(&i)
		}
		if one.answer != nil {
			one.answer(&a)
		}
		return c.Redeem(t.Context(), i, party, r, a)
	}
	if said, err := try(case_{}); err != nil || said.Subject != "her" || said.Email != "her@b.example" {
		t.Fatalf("what is right: %+v, %v", said, err)
	}
	for _, one := range all {
		if said, err := try(one); err == nil || said != (Claims{}) {
			t.Errorf("%s: %+v enters, %v", one.name, said, err)
		} else if text := err.Error(); strings.ContainsAny(text, "{<") || strings.Contains(text, "example") || strings.Contains(text, "secret") {
			t.Errorf("%s: the fault tells what the peer wrote: %s", one.name, text)
		}
	}
	if g.Led > 0 {
		t.Errorf("%d requests followed where a provider led", g.Led)
	}
	for _, unverified := range []any{false, "false", "yes", 1, nil, ""} {
		if said, err := try(case_{claims: object{"email_verified": unverified}, info: object{"sub": "her"}}); err != nil || said.Email != "" {
			t.Errorf("an address that %v is verified: %+v, %v", unverified, said, err)
		}
	}
}

// A provider that is none, or cannot do what is wanted, is told by its field.
func TestDiscover(t *testing.T) {
	document := object{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /x"+described, func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(document) })
	mux.HandleFunc("GET /page"+described, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") })
	mux.HandleFunc("GET /led"+described, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x"+described, http.StatusFound) })
	peer := httptest.NewServer(mux)
	t.Cleanup(peer.Close)
	c := open(time.Now)
	good := func() object {
		at := peer.URL + "/x"
		return object{"issuer": at, "authorization_endpoint": at + "/a", "token_endpoint": at + "/t", "jwks_uri": at + "/k"}
	}
	for _, one := range []struct{ name, address, key, change, want string }{
		{"good", "/x", "", "", ""}, {"with a slash", "/x/", "", "", ""}, {"its description", "/x" + described, "", "", ""},
		{"another issuer", "/x", "issuer", `"https://evil.example"`, "oidc.other_issuer"}, {"no keys", "/x", "jwks_uri", `""`, "oidc.no_provider"},
		{"keys in the cloud's own network", "/x", "jwks_uri", `"http://169.254.169.254/keys"`, "oidc.no_provider"},
		{"a token by file", "/x", "token_endpoint", `"file:///etc/passwd"`, "oidc.no_provider"}, {"a script", "/x", "authorization_endpoint", `"javascript:alert(1)"`, "oidc.no_provider"},
		{"secrets by key alone", "/x", "token_endpoint_auth_methods_supported", `["private_key_jwt"]`, "oidc.no_secret"},
		{"plain proofs", "/x", "code_challenge_methods_supported", `["plain"]`, "oidc.no_proof"},
		{"shared signatures", "/x", "id_token_signing_alg_values_supported", `["HS256","none"]`, "oidc.no_signature"},
		{"a page", "/page", "", "", "oidc.no_provider"}, {"led elsewhere", "/led", "", "", "oidc.no_provider"}, {"nothing", "/nothing", "", "", "oidc.no_provider"},
		{"a question", "/x?a=b", "", "", "oidc.address"}, {"no address", "x", "", "", "oidc.address"},
	} {
		document = good()
		if one.key != "" {
			document[one.key] = json.RawMessage(one.change)
		}
		address := one.address
		if strings.HasPrefix(address, "/") {
			address = peer.URL + address
		}
		i, err := c.Discover(t.Context(), address)
		switch {
		case one.want == "" && (err != nil || i.URL != peer.URL+"/x"):
			t.Errorf("%s: %v, %v", one.name, i.URL, err)
		case one.want != "" && (err == nil || !strings.Contains(err.Error(), one.want) || !strings.Contains(err.Error(), "(issuer)")):
			t.Errorf("%s: %v, want %s", one.name, err, one.want)
		}
	}
	for _, forbidden := range []string{"http://10.0.0.1", "https://169.254.169.254", "https://[::1]", "https://u:p@example.org", "ftp://example.org"} {
		if _, err := c.Discover(t.Context(), forbidden); err == nil || !strings.Contains(err.Error(), "oidc.address") {
			t.Errorf("%s: %v", forbidden, fmt.Sprint(err))
		}
	}
}
