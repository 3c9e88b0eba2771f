package server

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"cenacle/internal/config"
	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/keycard"
	"cenacle/internal/web"
	"cenacle/internal/web/asset"
	"cenacle/internal/web/page/door"
	"cenacle/internal/web/page/home"
	"cenacle/internal/web/site"
	"cenacle/internal/web/ui"
)

// openReader is where keys are shown; nil when they are not.
func (s *Server) openReader(c *config.Config) {
	if !c.Keycard.On() {
		return
	}
	checker := keycard.NewChecker(c.Keycard.Files(), c.Keycard.OIDs(), s.Office.Clock)
	s.reader = keycard.NewReader(checker, c.Keycard.Base(), s.Office.Ring.Directory())
	s.Providers.Reads(s.reader)
}

// openCards is the one page of the listener of keys. Nobody has a session there, and no
// proxy is believed: what counts is the connection itself.
func (s *Server) openCards(like *web.Config, homes *home.Pages) error {
	if s.reader == nil {
		return nil
	}
	f := *like.Config
	f.Base, f.Hosts, f.Proxies, f.Secure, f.Demo = s.config.Keycard.Base(), nil, nil, true, false
	w := &web.Config{
		Config: &f, Catalog: like.Catalog, Zone: like.Zone, Accounts: s.Accounts, Firms: s.Firms,
		Legal: func(*i18n.Printer) []ui.Link { return nil },
		Prove: func(*web.Request) (web.Answer, error) { return nil, fault.Absent() },
	}
	pages, err := w.Handler(site.CardRoutes(&door.Cards{Reader: s.reader, Site: s.config.Base().String()}, homes), asset.Handler())
	if err != nil {
		return err
	}
	s.cards = f.Guard(nobody(w, pages))
	return nil
}

// nobody takes from a request all cookies but that of the language: a host has one set
// of them for all its ports.
func nobody(w *web.Config, next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		cookies := r.Cookies()
		r.Header.Del("Cookie")
		for _, c := range cookies {
			if strings.HasPrefix(c.Name, w.CookieName()) && strings.HasSuffix(c.Name, "-language") {
				r.AddCookie(c)
			}
		}
		next.ServeHTTP(rw, r)
	})
}

// readKeys serves the listener of keys until the function it returns is called. Each
// answer ends its connection, so that the next one shows the key again.
func (s *Server) readKeys(failed chan<- error) (stop func() error, err error) {
	if s.cards == nil {
		return func() error { return nil }, nil
	}
	by, err := s.keycardCertificate()
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", s.config.Keycard.Listen)
	if err != nil {
		return nil, err
	}
	h := &http.Server{
		Handler: s.cards, TLSConfig: s.reader.TLS(by), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 30 * time.Second, MaxHeaderBytes: 32 << 10, ErrorLog: s.quiet(),
	}
	h.SetKeepAlivesEnabled(false)
	s.log.Info("keys are read", "address", l.Addr().String(), "url", s.config.Keycard.URL)
	go func() {
		if err := h.ServeTLS(l, "", ""); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	return h.Close, nil
}

// keycardCertificate is that of the listener, or of the site.
func (s *Server) keycardCertificate() (*tls.Config, error) {
	k := s.config.Keycard
	if k.Certificate == "" {
		return s.certificate()
	}
	pair, err := tls.LoadX509KeyPair(k.Certificate, k.Key)
	if err != nil {
		return nil, fault.New(fault.Internal, "fault.internal").Because(err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}, nil
}
