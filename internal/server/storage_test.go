package server

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"cenacle/internal/blob/s3"
	"cenacle/internal/blob/s3/s3test"
	"cenacle/internal/config"
)

// inBucket is what an operator writes so that blobs lie there.
func inBucket(c s3.Config) []string {
	return []string{"CENACLE_BLOBS=" + s3test.Address(c), "CENACLE_S3_ACCESS_KEY=" + c.AccessKey, "CENACLE_S3_SECRET_KEY=" + c.SecretKey}
}

func TestFiguresOfTheStorage(t *testing.T) {
	s := run(t, inBucket(s3test.Config(t))...)
	_, text := ask(t, s.figures+"/metrics", nil)
	for _, want := range []string{"cenacle_storage_requests_total ", "cenacle_storage_retries_total 0", "cenacle_storage_failures_total 0"} {
		if !strings.Contains(text, "\n"+want) {
			t.Errorf("missing %s", want)
		}
	}
	if strings.Contains(text, "cenacle_storage_requests_total 0\n") {
		t.Error("the probe at the start is not counted")
	}
}

// A storage that cannot be the one of this installation refuses the start, says
// why and what to do, and repeats no secret.
func TestRefusedStorage(t *testing.T) {
	good := s3test.Config(t)
	start := func(t *testing.T, c s3.Config) error {
		loaded, err := config.Load("", append(inBucket(c), "CENACLE_DATA="+t.TempDir()))
		if err == nil {
			err = loaded.Validate().Err()
		}
		if err != nil {
			t.Fatal(err)
		}
		s, err := New(t.Context(), loaded, Options{Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
		if err == nil {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
		return err
	}
	if err := start(t, good); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*s3.Config){
		"belongs to another installation": func(*s3.Config) {}, // the one that has just started
		"there is no such bucket":         func(c *s3.Config) { c.Bucket = "somewhere-else" },
		"the secret key is not":           func(c *s3.Config) { c.SecretKey = "CANARY-guess" },
		"the endpoint does not answer":    func(c *s3.Config) { c.Endpoint = "127.0.0.1:1" },
	} {
		c := good
		change(&c)
		err := start(t, c)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "blobs: ") {
			t.Errorf("%v, want %q", err, want)
		}
		if err != nil && strings.Contains(err.Error(), c.SecretKey) {
			t.Error("the secret key is printed")
		}
	}
}
