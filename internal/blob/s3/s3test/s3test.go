// Package s3test gives tests a bucket on a real S3 server, versitygw, that it
// starts by itself: one for each test process, on a free port of the loopback,
// in a temporary folder, gone when the process is.
//
// It refuses to skip: a machine without the server fails the tests and says how
// to get it. Start reading at [New]; proxy.go has what goes wrong on the way.
package s3test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"cenacle/internal/blob/s3"
)

// watch ends the server and removes its folder once the test process has gone,
// however it ended.
const watch = `while [ -d "/proc/$1" ] || kill -0 "$1" 2>/dev/null; do sleep 0.5; done
kill -9 "$2"
rm -rf "$3"`

// Region is the one of the server.
const Region = "us-east-1"

// server is one that runs.
type server struct {
	address     string
	dir         string
	key, secret string
}

var theServer = sync.OnceValues(start)

// Config is where a fresh bucket is, which is gone at the end of the test.
func Config(t testing.TB) s3.Config {
	t.Helper()
	srv, err := theServer()
	if err != nil {
		t.Fatalf("an S3 server for the tests: %v", err)
	}
	c := s3.Config{
		Bucket: "test-" + strings.ToLower(rand.Text()), Prefix: "some/where", Endpoint: srv.address, Insecure: true,
		Region: Region, PathStyle: true, AccessKey: srv.key, SecretKey: srv.secret, Clock: time.Now,
	}
	if err := Client(t, c).MakeBucket(t.Context(), c.Bucket, minio.MakeBucketOptions{Region: Region}); err != nil {
		t.Fatalf("make a bucket: %v", err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(filepath.Join(srv.dir, "data", c.Bucket)); err != nil {
			t.Errorf("remove a bucket: %v", err)
		}
	})
	return c
}

// Age makes an object older than it is: the server takes the time of its file.
func Age(t testing.TB, c s3.Config, key string, by time.Duration) {
	t.Helper()
	srv, err := theServer()
	if err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-by)
	if err := os.Chtimes(filepath.Join(srv.dir, "data", c.Bucket, c.Prefix, key), then, then); err != nil {
		t.Fatal(err)
	}
}

// Address is a configuration as an operator writes it, but for the account.
func Address(c s3.Config) string {
	return "s3://" + c.Bucket + "/" + c.Prefix + "?endpoint=http://" + c.Endpoint + "&region=" + c.Region
}

// New is a fresh bucket.
func New(t testing.TB) *s3.Bucket {
	t.Helper()
	return Open(t, Config(t))
}

// Open opens a bucket and closes it at the end of the test.
func Open(t testing.TB, c s3.Config) *s3.Bucket {
	t.Helper()
	b, err := s3.Open(c)
	if err != nil {
		t.Fatalf("open a bucket: %v", err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("close a bucket: %v", err)
		}
	})
	return b
}

// Client is another way to the bucket, for tests that look behind ours.
func Client(t testing.TB, c s3.Config) *minio.Core {
	t.Helper()
	core, err := minio.NewCore(c.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Region: c.Region, BucketLookup: minio.BucketLookupPath,
	})
	if err != nil {
		t.Fatal(err)
	}
	return core
}

// start starts the server of this test process.
func start() (srv *server, err error) {
	program, err := find()
	if err != nil {
		return nil, err
	}
	srv = &server{key: rand.Text(), secret: rand.Text()}
	if srv.dir, err = os.MkdirTemp("", "cenacle-s3-"); err != nil {
		return nil, err
	}
	for _, name := range []string{"data", "versions"} {
		if err := os.Mkdir(filepath.Join(srv.dir, name), 0o700); err != nil {
			return nil, err
		}
	}
	for range 3 { // another program may take the port between the look and the start
		if err = srv.run(program); err == nil {
			return srv, nil
		}
	}
	return nil, err
}

func (srv *server) run(program string) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	srv.address = "127.0.0.1:" + port
	var out bytes.Buffer
	c := exec.Command(program, "--port", srv.address, "--region", Region, "--quiet",
		"posix", "--versioning-dir", filepath.Join(srv.dir, "versions"), filepath.Join(srv.dir, "data"))
	c.Dir = srv.dir
	c.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+srv.key, "ROOT_SECRET_KEY="+srv.secret)
	c.Stdout, c.Stderr = &out, &out
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := c.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	guard := exec.Command("/bin/sh", "-c", watch, "watch", strconv.Itoa(os.Getpid()), strconv.Itoa(c.Process.Pid), srv.dir)
	guard.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := guard.Start(); err != nil {
		return errors.Join(err, c.Process.Kill())
	}
	if err := guard.Process.Release(); err != nil {
		return err
	}
	for range 200 {
		select {
		case err := <-ended:
			return fmt.Errorf("%s ended: %w\n%s", program, err, out.Bytes())
		case <-time.After(50 * time.Millisecond):
		}
		if answers(srv.address) {
			return nil
		}
	}
	return errors.Join(fmt.Errorf("%s does not answer", program), c.Process.Kill())
}

// answers reports whether a server speaks HTTP there.
func answers(address string) bool {
	ctx, stop := context.WithTimeout(context.Background(), time.Second)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil
}

// find returns the program: in .tools of the repository, where tools/provide
// puts it, or on the path.
func find() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("the tests run outside the repository")
		}
		dir = up
	}
	program := filepath.Join(dir, ".tools", "versitygw")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if program, err := exec.LookPath("versitygw"); err == nil {
		return program, nil
	}
	return "", fmt.Errorf("%s is missing: run tools/provide s3", program)
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}
