package s3_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"cenacle/internal/blob/s3"
	"cenacle/internal/blob/s3/s3test"
)

func TestProbe(t *testing.T) {
	w := newWorld(t)
	if err := w.bucket.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if skew, known := w.bucket.Skew(); !known || skew.Abs() > 5*time.Second {
		t.Errorf("skew %v, %v", skew, known)
	}
	w.clean()
}

// Every lack of a bucket is refused in words.
func TestProbeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*s3.Config)
		harm   func(*http.Request) s3test.Harm
		strip  string // header that the storage ignores
		want   string
	}{
		"no bucket":     {change: func(c *s3.Config) { c.Bucket = "nowhere-to-be-found" }, want: "no such bucket"},
		"other key":     {change: func(c *s3.Config) { c.AccessKey = "SOMEBODY" }, want: "does not know the access key"},
		"other secret":  {change: func(c *s3.Config) { c.SecretKey = "guessed" }, want: "secret key is not the one"},
		"other region":  {change: func(c *s3.Config) { c.Region = "eu-west-9" }, want: "another region"},
		"other clock":   {change: func(c *s3.Config) { c.Clock = func() time.Time { return time.Now().Add(-time.Hour) } }, want: "clock of the storage is"},
		"nobody":        {change: func(c *s3.Config) { c.Endpoint = "127.0.0.1:1" }, want: "does not answer"},
		"no conditions": {strip: "If-None-Match", want: "ignores the condition"},
		"no ranges":     {strip: "Range", want: "part of an object"},
		"no multipart": {harm: func(r *http.Request) s3test.Harm {
			return refuse(r.URL.Query().Has("uploads") && r.Method == http.MethodPost)
		}, want: "in parts"},
		"no deleting":      {harm: func(r *http.Request) s3test.Harm { return refuse(r.Method == http.MethodDelete) }, want: "may not list or delete"},
		"no conditionally": {strip: "If-None-Match of POST", want: "when a multipart upload is completed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			good := s3test.Config(t) // the server removes a folder that another probe has emptied
			proxy, through := s3test.Between(t, good)
			if c.harm != nil {
				proxy.Do(c.harm)
			}
			proxy.Strip(c.strip)
			if c.change != nil {
				c.change(&through)
			}
			err := s3test.Open(t, through).Probe(t.Context())
			refusal, ok := errors.AsType[*s3.Refusal](err)
			if !ok || !strings.Contains(refusal.Wrong, c.want) || refusal.Do == "" {
				t.Errorf("%v, want a refusal because %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), good.SecretKey) {
				t.Error("the secret key is printed")
			}
		})
	}
}

func refuse(when bool) s3test.Harm {
	if when {
		return s3test.Deny
	}
	return s3test.None
}

func TestBelong(t *testing.T) {
	b := s3test.New(t)
	for _, name := range []string{"one", "one"} {
		if err := b.Belong(t.Context(), name); err != nil {
			t.Errorf("Belong to %s: %v", name, err)
		}
	}
	if _, ok := errors.AsType[*s3.Refusal](b.Belong(t.Context(), "another")); !ok {
		t.Error("a bucket of another installation was taken")
	}
}
