package proof

import (
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"cenacle/internal/certificate/acmetest"
)

// A lawyer on one small server, as doc/installation/solo has it: the unit starts
// the program, which obtains its certificate; she opens her firm and signs in; the
// nightly backup comes back on a bare machine.
func TestInstallation_Solo(t *testing.T) {
	t.Parallel()
	site, plain, figures := freePort(t), freePort(t), freePort(t)
	in := install(t, "solo", `listen = ":443"`, `listen = "`+site+`"`, `redirect = ":80"`, `redirect = "`+plain+`"`, "127.0.0.1:9464", figures)
	in.verified("cenacle.service", "cenacle-backup.service", "cenacle-backup.timer")
	authority := acmetest.Start(t, acmetest.Ports{TLS: number(t, site), HTTP: number(t, plain)}, time.Hour)
	in.environ = []string{"CENACLE_TLS_DIRECTORY=" + authority.Directory, "CENACLE_TLS_DIRECTORY_ROOTS=" + authority.Roots}
	in.keep("smtp", "a password of the mail server\n")
	config := in.put("cenacle.toml", "etc/cenacle.toml", 0o600)
	heard := in.manager()
	p := in.run("cenacle.service")
	hears(t, heard, "READY=1", p)

	const base = "https://espace.cabinet-martin.fr"
	her := guest(t, authority.Root(t), map[string]string{"443": site, "80": plain})
	header, _ := visit(t, her, base+"/signin", http.StatusOK, 60*time.Second)
	if !strings.HasPrefix(header.Get("Strict-Transport-Security"), "max-age=") {
		t.Errorf("browsers are not told to come back by https: %v", header)
	}
	header, _ = visit(t, her, "http://espace.cabinet-martin.fr/signin", http.StatusPermanentRedirect, time.Second)
	if header.Get("Location") != base+"/signin" {
		t.Errorf("a plain request leads to %s", header.Get("Location"))
	}
	const word = "quatre chats gris, six merles"
	in.tell(word+"\n", "firm", "create", "--config", config, "--name", "Cabinet Martin", "--lawyer", "Me Claire Martin", "--email", "claire@cabinet-martin.fr")
	enters(t, her, base, "claire@cabinet-martin.fr", word)
	_, text := visit(t, http.DefaultClient, "http://"+figures+"/metrics", http.StatusOK, time.Second)
	if !strings.Contains(text, "\ncenacle_certificate_left_seconds 3") { // of an hour
		t.Errorf("the figures do not know the certificate")
	}
	if authority.Issued() != 1 {
		t.Errorf("%d certificates were issued", authority.Issued())
	}

	night := in.run("cenacle-backup.service")
	if err := <-night.ended; err != nil || !strings.Contains(string(night.out.read()), "is complete: 1 firms") {
		t.Fatalf("the backup: %v\n%s", err, night.out.read())
	}
	night.ended <- nil
	p.end()
	hears(t, heard, "STOPPING=1", p)
	if err := <-p.ended; err != nil {
		t.Errorf("the service ended with %v", err)
	}
	p.ended <- nil

	// The rehearsal, without a configuration, on another machine: the key from where it is kept, the backup.
	asked := in.environ
	in.environ = nil
	in.copied(in.path("state", "root.key"), in.path("elsewhere", "root.key"))
	said := in.tell("", "restore", "--from", in.path("backups"), "--data", in.path("elsewhere"))
	if !strings.Contains(said, "is restored: 1 firms") || strings.Contains(said, "OLDER") {
		t.Errorf("the restore says %s", said)
	}
	if said := in.tell("", "journal", "verify", "--data", in.path("elsewhere")); !strings.Contains(said, "holds") {
		t.Errorf("the journal: %s", said)
	}
	in.must(os.RemoveAll(in.path("state")))
	in.must(os.Rename(in.path("elsewhere"), in.path("state")))
	in.environ = asked
	again := in.run("cenacle.service")
	hears(t, heard, "READY=1", again)
	enters(t, guest(t, authority.Root(t), map[string]string{"443": site}), base, "claire@cabinet-martin.fr", word)
	if authority.Issued() != 1 {
		t.Errorf("the backup did not bring the certificate back: %d were issued", authority.Issued())
	}
	in.allMet()
}

func number(t testing.TB, address string) int {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
