package doctor

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"cenacle/internal/store"
)

const delmas = "espace.delmas.example"

// own gives the firm a name of its own, on the word of the operator.
func (p *patient) own(name string) {
	p.t.Helper()
	s, err := begin(p.t.Context(), store.Config{Dir: p.Data})
	p.must(err)
	p.must(s.Hosts.Give(p.t.Context(), p.firm, name))
	p.must(sequence(p.t.Context(), s))
	p.must(s.Close())
}

// A firm's own name is asked for, and read where the servers read it.
func TestHosts(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok\n") // whoever asked has gone
	}))
	defer s.Close()
	p := newPatient(t)
	p.own(delmas)
	p.examine()
	p.URL, p.Reach = s.URL, true
	p.examine("hosts_elsewhere") // nobody answers for a name below .example
	p.Reach = false
	p.exec(p.path("directory.db"), "update hostname set mac = x'00'")
	p.examine("hosts_unread")
}

// A certificate that the servers obtain for a firm's own name is looked at as theirs.
func TestHostsCertificate(t *testing.T) {
	const host = "espace.cabinet.fr"
	p := obtaining(t, host)
	p.own(delmas)
	p.hold(host, good(t, 80))
	p.examine("mail_none", "certificate_none")
	p.hold(delmas, good(t, 2))
	p.examine("mail_none", "hosts_certificate")
}
