package proof

import (
	"bytes"
	"crypto/x509"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	remote "cenacle/client"
	"cenacle/internal/blob/s3/s3test"
	"cenacle/internal/store/storetest"
)

// A provider with three nodes behind nginx, a PostgreSQL with its standby, and S3,
// as doc/installation/provider has it: a node is killed, then the primary is lost,
// and what was acknowledged is there.
func TestInstallation_Provider(t *testing.T) {
	t.Parallel()
	const host, base, word = "espace.hebergeur.fr", "https://espace.hebergeur.fr", "quatre chats gris, six merles"
	bucket := s3test.Config(t)
	primary := storetest.NewCluster(t)
	site, plain := freePort(t), freePort(t)
	var nodes []*installation
	var each []string
	for range 3 {
		at := freePort(t)
		each = append(each, at)
		nodes = append(nodes, install(t, "provider", "10.0.0.11:8080", at, "10.0.0.11:9464", freePort(t), "10.0.0.10", "127.0.0.1",
			"s3://cenacle/documents?endpoint=https://s3.hebergeur.fr&region=fr-par", s3test.Address(bucket), "cenacle-node", bucket.AccessKey))
	}
	first := nodes[0]
	first.verified("cenacle.service")
	first.applies(primary, "primary.sql")
	first.roles(primary)
	first.tell("", "demo", "--data", first.path("first"))
	key, err := os.ReadFile(first.path("first", "root.key"))
	first.must(err)
	standby := primary.Standby()
	var configs []string
	for _, in := range nodes {
		in.keep("root.key", string(key))
		in.keep("s3", bucket.SecretKey+"\n")
		in.keep("smtp", "a password of the mail server\n")
		in.keep("metrics", "a token of twenty characters\n")
		for role, name := range map[string]string{"app": "database", "owner": "database-owner"} {
			in.keep(name, "postgres://cenacle_"+role+":"+role+"-"+role+"@"+primary.Address()+","+standby.Address()+"/cenacle?sslmode=disable\n")
		}
		configs = append(configs, in.put("cenacle.toml", "etc/cenacle.toml", 0o600))
	}
	var running []*program
	for _, in := range nodes {
		heard := in.manager()
		p := in.run("cenacle.service")
		hears(t, heard, "READY=1", p)
		running = append(running, p)
	}
	roots := first.balanced(host, each, site, plain)

	said := first.tell(word+"\n", "firm", "create", "--config", configs[0], "--name", "Cabinet Martin", "--lawyer", "Me Claire Martin", "--email", "claire@cabinet-martin.fr")
	her := guest(t, roots, map[string]string{"443": site, "80": plain})
	enters(t, her, base, "claire@cabinet-martin.fr", word)
	visit(t, her, base+"/readyz", http.StatusNotFound, time.Second)
	visit(t, her, "http://"+host+"/", http.StatusPermanentRedirect, time.Second)
	said = first.tell("claire@cabinet-martin.fr\n", "token", "create", "--config", configs[0], "--firm", lastLine(said), "--email", "claire@cabinet-martin.fr")
	she := remote.New(base, lastLine(said))
	she.HTTP = guest(t, roots, map[string]string{"443": site})
	room, err := she.OpenSpace(t.Context(), remote.NewSpace{Client: remote.Contact{Name: "Mme Sophie Petit", Email: "sophie@petit.example"}, Model: "divorce", Language: "fr"})
	first.must(err)
	sent := map[string][]byte{}
	send := func(name string) {
		t.Helper()
		text := content(name, 300_000)
		paper, err := she.Put(t.Context(), room.ID, remote.File{Name: name, Circles: []string{room.Circle("client")}}, int64(len(text)), bytes.NewReader(text))
		first.must(err)
		sent[paper.ID] = text
	}
	kept := func() {
		t.Helper()
		for of, text := range sent {
			if got := first.download(she.HTTP, base+"/api/v1/documents/"+of+"/content", lastLine(said)); !bytes.Equal(got, text) {
				t.Errorf("document %s comes back as %d other bytes", of, len(got))
			}
		}
	}
	send("avant.pdf")
	running[0].kill()
	for range 6 {
		send("un nœud manque.pdf")
	}
	kept()
	primary.Kill()
	standby.Promote()
	visit(t, guest(t, roots, map[string]string{"443": site}), base+"/signin", http.StatusOK, 60*time.Second)
	send("après la promotion.pdf")
	kept()
	for _, p := range running[1:] {
		p.end()
	}
	first.allMet("/var/backups/cenacle")
}

// lastLine is what a command prints for another one to read.
func lastLine(said string) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	return lines[len(lines)-1]
}

// applies runs a file of SQL as the superuser of a server.
func (in *installation) applies(on *storetest.Cluster, name string) {
	in.t.Helper()
	out, err := exec.Command("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", in.put(name, "etc/"+name, 0o600), "postgres://cenacle@"+on.Address()+"/postgres").CombinedOutput()
	if err != nil || len(out) > 0 {
		in.t.Fatalf("%s: %v\n%s", name, err, out)
	}
	on.Do("alter system reset synchronous_standby_names") // until there is a standby
	on.Kill()
	on.Start()
}

// download fetches a document as a program.
func (in *installation) download(c *http.Client, address, token string) []byte {
	in.t.Helper()
	r, err := http.NewRequestWithContext(in.t.Context(), http.MethodGet, address, nil)
	in.must(err)
	r.Header.Set("Authorization", "Bearer "+token)
	var got bytes.Buffer
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		answer, err := c.Do(r)
		if err == nil {
			got.Reset()
			_, err = got.ReadFrom(answer.Body)
			_ = answer.Body.Close() // read to its end
			if err == nil && answer.StatusCode == http.StatusOK {
				return got.Bytes()
			}
		}
		if time.Now().After(limit) {
			in.t.Fatalf("%s: %v, %.200s", address, err, got.Bytes())
		}
	}
}

// balanced starts nginx with the file of the installation, in front of the nodes; it
// returns who vouches for its certificate.
func (in *installation) balanced(host string, each []string, site, plain string) *x509.CertPool {
	in.t.Helper()
	path, err := exec.LookPath("nginx")
	if err != nil {
		path = "/usr/sbin/nginx"
	}
	roots := in.certified(host)
	in.must(os.WriteFile(in.path("etc", "tls.key"), in.written("tls.key"), 0o600))
	before := in.instead
	in.instead = append(slices.Clone(before), "10.0.0.12:8080", each[1], "10.0.0.13:8080", each[2], "listen 80;", "listen "+plain+";", "listen 443 ", "listen "+site+" ",
		"/etc/nginx/espace.pem", in.path("etc", "tls.pem"), "/etc/nginx/espace.key", in.path("etc", "tls.key"),
		"http {\n", "http {\n  client_body_temp_path "+in.path("body")+"; proxy_temp_path "+in.path("proxy")+"; fastcgi_temp_path "+in.path("f")+"; uwsgi_temp_path "+in.path("u")+"; scgi_temp_path "+in.path("s")+";\n")
	file := in.put("nginx.conf", "etc/nginx.conf", 0o600)
	in.allMet("/var/backups/cenacle", "/var/lib/cenacle", "/etc/cenacle")
	in.instead = before
	global := []string{"-p", in.dir, "-c", file, "-e", in.path("nginx.log"), "-g", "daemon off; master_process off; pid " + in.path("nginx.pid") + ";"}
	if out, err := exec.Command(path, append([]string{"-t", "-q"}, global...)...).CombinedOutput(); err != nil {
		in.t.Fatalf("nginx -t: %v\n%s", err, out)
	}
	c := exec.Command(path, global...)
	in.must(c.Start())
	in.t.Cleanup(func() {
		_ = c.Process.Kill() // it may have ended
		_ = c.Wait()         // killed
	})
	visit(in.t, guest(in.t, roots, map[string]string{"443": site}), "https://"+host+"/livez", http.StatusNotFound, 10*time.Second)
	return roots
}

// written is a secret that was written down.
func (in *installation) written(name string) []byte {
	in.t.Helper()
	raw, err := os.ReadFile(in.path("etc", name))
	in.must(err)
	in.must(os.Remove(in.path("etc", name)))
	return raw
}
