package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"time"

	"cenacle/internal/backup"
	"cenacle/internal/certificate"
	"cenacle/internal/config"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/mail"
)

const (
	day       = 24 * time.Hour
	soonDays  = 21 // before the end of a certificate
	lateDays  = 5
	oldBackup = 26 * time.Hour // daily, with some patience
	lostWeek  = 8 * day
	answerFor = 10 * time.Second
	word      = 64 // bytes of an answer that is one word
)

// mail connects to the mail server and signs in; it sends nothing.
func (e *examination) mail(ctx context.Context) {
	m := e.config.Mail
	if m.Host == "" {
		if e.config.Demo {
			e.add("mail", Fine, "mail_demo")
		} else {
			e.add("mail", Warning, "mail_none")
		}
		return
	}
	password, err := e.config.MailPassword()
	if err != nil {
		return // said by the configuration
	}
	sender, err := mail.NewSMTP(mail.Server{
		Host: m.Host, Port: m.Port, Security: mail.Security(m.Security), UserName: m.UserName, Password: password.Reveal(), Roots: e.Roots,
	})
	if err == nil {
		err = sender.Check(ctx, m.From)
	}
	if err != nil {
		e.add("mail", Error, "mail_unreachable", m.Host, cause(err))
		return
	}
	e.add("mail", Fine, "mail_fine", m.Host)
}

// certificate reads that of the configuration, or the one that was obtained.
func (e *examination) certificate(ctx context.Context) {
	switch e.config.TLS.Mode {
	case config.TLSAuto:
		e.obtained(ctx)
		return
	case config.TLSOff:
		e.add("certificate", Fine, "certificate_elsewhere")
		return
	}
	pair, err := tls.LoadX509KeyPair(e.config.TLS.Certificate, e.config.TLS.Key)
	if err != nil {
		return // said by the configuration
	}
	var chain []*x509.Certificate
	for _, raw := range pair.Certificate {
		c, err := x509.ParseCertificate(raw)
		if err != nil {
			e.add("certificate", Error, "certificate_unreadable", cause(err))
			return
		}
		chain = append(chain, c)
	}
	if !e.lasts("certificate", chain[0]) {
		return
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err = chain[0].Verify(x509.VerifyOptions{Roots: e.Roots, Intermediates: between, CurrentTime: e.Clock()})
	if err != nil {
		e.add("certificate", Warning, "certificate_unknown", cause(err))
	}
}

// obtained looks at the certificate that the servers have in common.
func (e *examination) obtained(ctx context.Context) {
	if e.ring == nil {
		return // said of the database or of the key
	}
	c, err := certificate.Held(ctx, e.store.Directory(), e.ring.Directory(), e.config.Host())
	switch {
	case err != nil:
		e.add("certificate", Error, "certificate_unopened", cause(err))
	case c == nil:
		e.add("certificate", Error, "certificate_none", e.config.Host())
	default:
		e.lasts("certificate", c)
	}
}

// lasts judges how long a certificate is still good for, and reports whether it
// is good now.
func (e *examination) lasts(check string, c *x509.Certificate) bool {
	now := e.Clock()
	days := int64(c.NotAfter.Sub(now) / day)
	switch {
	case now.Before(c.NotBefore):
		e.add(check, Error, "certificate_early", c.NotBefore)
	case now.After(c.NotAfter):
		e.add(check, Error, "certificate_expired", c.NotAfter)
	case days < lateDays:
		e.add(check, Error, "certificate_soon", days)
	case days < soonDays:
		e.add(check, Warning, "certificate_soon", days)
	default:
		e.add(check, Fine, "certificate_fine", days)
	}
	return !now.Before(c.NotBefore) && !now.After(c.NotAfter)
}

// address asks the public address, as a client would, whether this program
// answers there. It follows no redirect and goes through no proxy.
func (e *examination) address(ctx context.Context) {
	base := e.config.Base()
	if !e.Reach || base == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, answerFor)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base.String()+"/readyz", nil)
	if err != nil {
		return // said by the configuration
	}
	client := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: e.Roots, MinVersion: tls.VersionTLS12}}
	answer, err := client.RoundTrip(r)
	if err != nil {
		e.add("address", Error, "address_unreachable", base.String(), cause(err))
		return
	}
	said, err := io.ReadAll(io.LimitReader(answer.Body, word))
	switch err = errors.Join(err, answer.Body.Close()); {
	case err != nil:
		e.add("address", Error, "address_unreachable", base.String(), cause(err))
	case answer.StatusCode == http.StatusOK && string(said) == "ok\n":
		e.add("address", Fine, "address_fine", base.String())
	case answer.StatusCode == http.StatusServiceUnavailable && known(string(said)):
		e.add("address", Error, "address_not_ready", string(said[:len(said)-1]))
	default:
		e.add("address", Error, "address_other", base.String(), answer.StatusCode)
	}
	if answer.TLS != nil {
		e.lasts("address", answer.TLS.PeerCertificates[0])
	}
}

// known reports a word that /readyz of this program says.
func known(said string) bool {
	return said == "database\n" || said == "clock\n" || said == "keys\n" || said == "disk\n" || said == "draining\n"
}

// backup looks at the newest backup of a shelf.
func (e *examination) backup(ctx context.Context) {
	if e.Backup == nil {
		return
	}
	m, err := backup.Find(ctx, e.Backup, "")
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			e.add("backup", Error, "backup_none", e.Backup.String(), cause(err))
		} else {
			e.add("backup", Error, "backup_unreadable", e.Backup.String(), cause(err))
		}
		return
	}
	age := e.Clock().Sub(m.At)
	switch {
	case age > lostWeek:
		e.add("backup", Error, "backup_old", age.Round(time.Hour), m.ID)
	case age > oldBackup:
		e.add("backup", Warning, "backup_old", age.Round(time.Hour), m.ID)
	default:
		e.add("backup", Fine, "backup_fine", age.Round(time.Minute), int64(len(m.Firms)))
	}
	if lacks := e.without(m); lacks > 0 {
		e.add("backup", Warning, "backup_lacks", lacks)
	}
}

// without counts firms that a backup does not hold.
func (e *examination) without(m backup.Manifest) (n int64) {
	held := map[id.Firm]bool{}
	for _, f := range m.Firms {
		held[f.ID] = true
	}
	for _, f := range e.firms {
		if !held[f] {
			n++
		}
	}
	return n
}
