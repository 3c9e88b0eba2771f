// Package certificate obtains the certificate of the public host from an
// authority that speaks ACME (RFC 8555), renews it before it ends, and answers the
// authority's challenges (TLS-ALPN-01, and HTTP-01 where plain requests arrive).
//
// What it has is sealed in the directory, so that every node of an installation
// presents the same certificate and answers what another node was asked. One node
// at a time asks for a first certificate ([Keeper.Run]); a handshake never does,
// so that strangers cannot make it ask. It asks for one host, the one it was made
// with, and accepts the terms of the authority: whoever configures it has read them.
//
// Start reading at [New]. The protocol is golang.org/x/crypto/acme/autocert; why,
// is in doc/decisions/015-automatic-certificates.md.
package certificate

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Config is what a keeper needs. All but Contact and Roots are needed.
type Config struct {
	Directory *store.Directory
	Box       *vault.Box // of the directory
	Clock     func() time.Time
	Log       *slog.Logger

	Host      string         // the one name it asks for, in ASCII
	Authority string         // address of the authority's directory
	Contact   string         // address of mail for the authority's warnings; may be empty
	Roots     *x509.CertPool // who may vouch for the authority's own address; nil: the system's
}

// Keeper has the certificate of one host. It is safe for concurrent use.
type Keeper struct {
	shelf   shelf
	host    string
	log     *slog.Logger
	manager *autocert.Manager
	known   atomic.Bool // a certificate is on the shelf
}

const (
	patience  = 2 * time.Minute // for one answer of the authority
	turn      = 10 * time.Minute
	lookAgain = 3 * time.Second // at what another node has obtained
	firstWait = time.Minute     // after a refusal
	longWait  = time.Hour       // authorities count refusals
	watchEach = 12 * time.Hour
	lateShare = 4 // a certificate whose last quarter has begun was not renewed in time
)

// New returns the keeper of a host. It asks nobody anything before Run.
func New(c Config) *Keeper {
	k := &Keeper{
		shelf: shelf{directory: c.Directory, box: c.Box, clock: c.Clock, holder: rand.Text()},
		host:  c.Host, log: c.Log,
	}
	network := http.DefaultTransport.(*http.Transport).Clone()
	network.Proxy, network.TLSClientConfig = nil, &tls.Config{RootCAs: c.Roots, MinVersion: tls.VersionTLS12}
	k.manager = &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: &k.shelf, HostPolicy: k.only, Email: c.Contact,
		Client: &acme.Client{
			DirectoryURL: c.Authority, UserAgent: "cenacle",
			HTTPClient: &http.Client{Transport: network, Timeout: patience},
		},
	}
	return k
}

// only refuses every name but the one of the configuration.
func (k *Keeper) only(_ context.Context, host string) error {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if !strings.EqualFold(host, k.host) {
		return errors.New("certificate: not a host of this installation")
	}
	return nil
}

// TLS is how the site's listener encrypts. Before a first certificate is there,
// its handshakes fail.
func (k *Keeper) TLS() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, GetCertificate: k.present,
		NextProtos: []string{"h2", "http/1.1", acme.ALPNProto},
	}
}

// Challenges answers HTTP-01 and gives every other request to next. Making it
// has the keeper try that way too.
func (k *Keeper) Challenges(next http.Handler) http.Handler { return k.manager.HTTPHandler(next) }

// present is the certificate for a handshake: of a challenge, or of the host,
// whatever name the client wrote.
func (k *Keeper) present(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if len(hello.SupportedProtos) == 1 && hello.SupportedProtos[0] == acme.ALPNProto {
		return k.manager.GetCertificate(hello)
	}
	if !k.known.Load() {
		if _, err := k.shelf.Get(hello.Context(), k.host); err != nil {
			return nil, fmt.Errorf("certificate: none yet: %w", err)
		}
		k.known.Store(true)
	}
	return k.mine()
}

// mine has autocert obtain, or remember, the one certificate there is: for ECDSA,
// which every browser of these ten years knows.
func (k *Keeper) mine() (*tls.Certificate, error) {
	return k.manager.GetCertificate(&tls.ClientHelloInfo{
		ServerName:       k.host,
		CipherSuites:     []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
		SupportedCurves:  []tls.CurveID{tls.CurveP256},
		SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256},
	})
}

// Run obtains the certificate unless one is there, then watches that it is
// renewed, until ctx ends. A refusal is logged and tried again, less and less often.
func (k *Keeper) Run(ctx context.Context) error {
	for wait := firstWait; !k.known.Load(); {
		pause := lookAgain
		got, err := k.obtain(ctx)
		switch {
		case got:
			k.known.Store(true)
			continue
		case err != nil && ctx.Err() == nil:
			k.log.ErrorContext(ctx, "obtaining a certificate", "host", k.host, "again_in", wait.String(), "cause", err.Error())
			pause, wait = wait, min(2*wait, longWait)
		}
		if !rest(ctx, pause) {
			return nil
		}
	}
	for {
		k.watch(ctx)
		if !rest(ctx, watchEach) {
			return nil
		}
	}
}

// obtain reports whether a certificate is there now. One node at a time asks.
func (k *Keeper) obtain(ctx context.Context) (bool, error) {
	_, err := k.shelf.Get(ctx, k.host)
	if err == nil {
		_, err = k.mine()
		return err == nil, err
	}
	if !errors.Is(err, autocert.ErrCacheMiss) {
		return false, err
	}
	mine, err := k.shelf.take(ctx, k.host, turn)
	if err != nil || !mine {
		return false, err
	}
	_, err = k.mine()
	return err == nil, errors.Join(err, k.shelf.give(context.WithoutCancel(ctx), k.host))
}

// watch says aloud that renewal fails, which autocert keeps to itself.
func (k *Keeper) watch(ctx context.Context) {
	held, err := k.mine()
	if err != nil {
		k.log.ErrorContext(ctx, "looking at the certificate", "host", k.host, "cause", err.Error())
		return
	}
	if late(held.Leaf, k.shelf.clock()) {
		k.log.ErrorContext(ctx, "the certificate was not renewed in time", "host", k.host, "ends", held.Leaf.NotAfter)
	}
}

func late(c *x509.Certificate, now time.Time) bool {
	return now.After(c.NotAfter.Add(-c.NotAfter.Sub(c.NotBefore) / lateShare))
}

// Left is how long the certificate of this node is still good for; 0 without one.
func (k *Keeper) Left() time.Duration {
	if !k.known.Load() {
		return 0
	}
	held, err := k.mine()
	if err != nil {
		return 0
	}
	return held.Leaf.NotAfter.Sub(k.shelf.clock())
}

func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
