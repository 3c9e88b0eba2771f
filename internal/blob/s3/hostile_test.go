package s3_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"cenacle/internal/blob"
	"cenacle/internal/blob/s3"
	"cenacle/internal/blob/s3/s3test"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// TestSSRF03_HostileStorage: a storage that sends us elsewhere, answers without
// end or answers nonsense gets nothing from us and costs little.
func TestSSRF03_HostileStorage(t *testing.T) {
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	var sent atomic.Int64
	for name, answer := range map[string]http.HandlerFunc{
		"sends us elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
		},
		"answers nonsense": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>welcome") },
		"answers without end": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<ListBucketResult>")
			for line := strings.Repeat("<Contents><Key>a</Key></Contents>", 1000); ; {
				n, err := io.WriteString(w, line)
				sent.Add(int64(n))
				if err != nil {
					return
				}
			}
		},
		"fails without end": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			for line := strings.Repeat("x", 32<<10); ; {
				n, err := io.WriteString(w, line)
				sent.Add(int64(n))
				if err != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hostile := httptest.NewServer(answer)
			t.Cleanup(hostile.Close)
			b := s3test.Open(t, s3.Config{
				Bucket: "bucket", Endpoint: strings.TrimPrefix(hostile.URL, "http://"), Insecure: true, Region: "us-east-1", PathStyle: true,
				AccessKey: "key", SecretKey: "secret",
			})
			err := b.Each(t.Context(), newRef().Firm, blob.Finished, func(id.Blob) error { return nil })
			if !fault.Is(err, fault.Unavailable) {
				t.Errorf("Each: %v", err)
			}
			// Whoever says 200 to a document is believed; nothing else is.
			err = b.Put(t.Context(), blob.Name{Firm: newRef().Firm, Blob: newRef().Blob}, []byte("sealed"))
			if says200 := strings.HasPrefix(name, "answers"); (err == nil) != says200 {
				t.Errorf("Put: %v", err)
			}
		})
	}
	t.Cleanup(func() {
		if elsewhere.Load() > 0 {
			t.Error("another server was asked")
		}
		// Two of them are asked twice, six times each: as often the longest answer that is
		// read, and what the sockets hold besides.
		if most := int64(24 * 12 << 20); sent.Load() > most {
			t.Errorf("%d bytes of answers were read", sent.Load())
		}
	})
}
