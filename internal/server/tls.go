package server

import (
	"cmp"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	"cenacle/internal/certificate"
	"cenacle/internal/config"
	"cenacle/internal/fault"
)

// openKeeper is who obtains the certificate; nil when nobody here does.
func (s *Server) openKeeper(c *config.Config) error {
	if c.TLS.Mode != config.TLSAuto {
		return nil
	}
	roots, err := c.TLS.Roots()
	if err != nil {
		return err
	}
	s.keeper = certificate.New(certificate.Config{
		Directory: s.Office.Store.Directory(), Box: s.Office.Ring.Directory(), Clock: s.Office.Clock, Log: s.log,
		Host: c.Host(), Names: s.Hosts.Names, Former: s.Hosts.Former, Authority: c.TLS.Authority(), Contact: c.TLS.Contact, Roots: roots,
	})
	return nil
}

// certificate is how connections are encrypted; nil when another does it.
func (s *Server) certificate() (*tls.Config, error) {
	switch s.config.TLS.Mode {
	case config.TLSAuto:
		return s.keeper.TLS(), nil
	case config.TLSFiles:
		pair, err := tls.LoadX509KeyPair(s.config.TLS.Certificate, s.config.TLS.Key)
		if err != nil {
			return nil, fault.New(fault.Internal, "fault.internal").Because(err)
		}
		return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}, nil
	}
	return nil, nil
}

// aside serves what has an address of its own beside the site: the figures, the way to
// https, and where keys are shown. What it returns ends them.
func (s *Server) aside(failed chan<- error) (stop func() error, err error) {
	figures, err := s.figures(failed)
	if err != nil {
		return nil, err
	}
	plain, err := s.plain(failed)
	if err != nil {
		return nil, errors.Join(err, figures())
	}
	keys, err := s.readKeys(failed)
	if err != nil {
		return nil, errors.Join(err, figures(), plain())
	}
	return func() error { return errors.Join(figures(), plain(), keys()) }, nil
}

// plain sends unencrypted requests on to the public address, and answers the
// authority's challenges there.
func (s *Server) plain(failed chan<- error) (stop func() error, err error) {
	if s.config.TLS.Redirect == "" {
		return func() error { return nil }, nil
	}
	l, err := net.Listen("tcp", s.config.TLS.Redirect)
	if err != nil {
		return nil, err
	}
	var to http.Handler = http.HandlerFunc(s.redirect)
	if s.keeper != nil {
		to = s.keeper.Challenges(to)
	}
	h := &http.Server{
		Handler: to, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10, ErrorLog: s.quiet(),
	}
	s.log.Info("plain requests are redirected", "address", l.Addr().String())
	go func() {
		if err := h.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	return h.Close, nil
}

// redirect leads to the same page in https: at the name of a firm that the request
// names, else at the public address.
// What it carries was already sent in clear: nothing but a page is taken up.
func (s *Server) redirect(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Connection", "close")
		say(w, http.StatusUpgradeRequired, "https")
		return
	}
	name := r.Host
	if bare, _, err := net.SplitHostPort(name); err == nil {
		name = bare
	}
	base := cmp.Or(s.Hosts.Named(name), s.config.Base())
	w.Header().Set("Location", base.String()+r.URL.RequestURI())
	say(w, http.StatusPermanentRedirect, "https")
}
