package server

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/config"
	"cenacle/internal/fault"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// CFG-01: a node whose clock is minutes away from the database's does not start,
// and one whose clock runs away later asks for no more requests, until it is right
// again.
func TestCFG01_ClockOfTheDatabase(t *testing.T) {
	storetest.EachConfig(t, func(t *testing.T, at store.Config) {
		environ := []string{"CENACLE_DATA=" + filepath.Join(t.TempDir(), "data")}
		if at.PostgresURL != "" {
			environ = append(environ, "CENACLE_DATABASE_URL="+at.PostgresURL, "CENACLE_DATABASE_MIGRATE_URL="+at.MigrateURL)
		}
		c, err := config.Load("", environ)
		if err != nil {
			t.Fatal(err)
		}
		var away atomic.Int64
		s, err := New(t.Context(), c, Options{
			Clock: func() time.Time { return time.Now().Add(time.Duration(away.Load())) },
			Log:   slog.New(slog.NewTextHandler(t.Output(), nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		for _, tt := range []struct {
			away  time.Duration
			right bool
		}{{0, true}, {50 * time.Second, true}, {-50 * time.Second, true}, {3 * time.Minute, false}, {-3 * time.Minute, false}, {0, true}} {
			away.Store(int64(tt.away))
			right := tt.right || at.PostgresURL == "" // there is no other clock to compare with
			err := s.Timely(t.Context())
			if said, ok := errors.AsType[*fault.Error](err); (err == nil) != right || err != nil && (!ok || said.Key != "store.clock") {
				t.Errorf("%v away: %v", tt.away, err)
			}
			s.readiness.at = time.Time{} // the last answer is not good for this
			back := httptest.NewRecorder()
			s.Handler().ServeHTTP(back, httptest.NewRequest(http.MethodGet, "/readyz", nil))
			if said := back.Body.String(); right && said != "ok\n" || !right && (said != "clock\n" || back.Code != http.StatusServiceUnavailable) {
				t.Errorf("%v away: /readyz says %d %q", tt.away, back.Code, said)
			}
		}
	})
}
