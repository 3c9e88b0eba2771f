package doctor

import (
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"testing"
	"time"

	"cenacle/internal/config"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// The certificate that the servers have in common is looked at where they keep it.
func TestObtainedCertificate(t *testing.T) {
	const host = "espace.cabinet.fr"
	for name, tt := range map[string]struct {
		held func(box *vault.Box, at vault.Place) []byte
		want string
	}{
		"none": {nil, "certificate_none"},
		"another place": {func(box *vault.Box, at vault.Place) []byte {
			return box.Seal(vault.Place{Table: at.Table, Column: at.Column, Row: "another"}, []byte("text"))
		}, "certificate_unopened"},
		"none in it": {func(box *vault.Box, at vault.Place) []byte { return box.Seal(at, []byte("text")) }, "certificate_unopened"},
		"late":       {good(t, 10), "certificate_soon"},
	} {
		t.Run(name, func(t *testing.T) {
			p := obtaining(t, host)
			if tt.held != nil {
				p.hold(host, tt.held)
			}
			p.examine("mail_none", tt.want)
		})
	}
}

// obtaining has servers that obtain their certificates.
func obtaining(t *testing.T, host string) *patient {
	t.Helper()
	p := newPatient(t)
	p.Demo, p.URL = false, "https://"+host
	p.TLS = config.TLS{Mode: config.TLSAuto, AcceptTerms: true}
	return p
}

// good is a certificate that stays good for some days.
func good(t *testing.T, ahead int) func(*vault.Box, vault.Place) []byte {
	t.Helper()
	pair, _ := authority(t, days(-60), days(ahead))
	return func(box *vault.Box, at vault.Place) []byte {
		return box.Seal(at, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}))
	}
}

// hold puts something where the certificate of a host belongs.
func (p *patient) hold(host string, what func(*vault.Box, vault.Place) []byte) {
	p.t.Helper()
	root, err := vault.KeyFile{Path: p.KeyFile()}.Root(p.t.Context())
	p.must(err)
	s, err := store.Inspect(p.t.Context(), store.Config{Dir: p.Data})
	p.must(err)
	ring, err := vault.NewRing(vault.New(root), s.Directory())
	p.must(err)
	hash := ring.Directory().Lookup("certificate", host)
	sealed := what(ring.Directory(), vault.Place{Table: "certificate", Column: "sealed", Row: hex.EncodeToString(hash)})
	p.must(s.Close())
	p.exec(p.path("directory.db"), fmt.Sprintf("insert into certificate (hash, sealed, written_at) values (x'%x', x'%x', %d)", hash, sealed, time.Now().UnixMicro()))
}
