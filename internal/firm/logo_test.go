package firm_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/store"
	"cenacle/internal/worker"
	"cenacle/internal/worker/read"
)

// TestMain lets the test's own program be the child that draws logos.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Word {
		os.Exit(worker.Child(os.Args[2:], read.Trade()))
	}
	os.Exit(m.Run())
}

var widen = store.ForFirm(`update firm_logo set width = width + 1 where firm_id = $1 and dark = 0`)

// The administrator shows a logo to everybody and takes it away again; it stands beside
// the profile, one for light pages and one for dark ones.
func TestLogo(t *testing.T) {
	each(t, func(w *world) {
		self, err := os.Executable()
		w.must(err)
		w.firms.Draws(read.Logo(worker.New(self, 1)))
		var b bytes.Buffer
		w.must(png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 300, 100))))
		logos := func() firm.Logos {
			st, err := w.firms.Stand(w.Context(), signedIn(w.by.Person), w.firm)
			w.must(err)
			return st.Profile.Logos
		}
		if got := logos(); got != (firm.Logos{}) {
			w.Errorf("a logo that nobody showed: %+v", got)
		}
		for what, tt := range map[string]struct {
			sent []byte
			kind fault.Kind
		}{
			"nothing": {nil, fault.Invalid}, "no picture": {[]byte("<svg/>"), fault.Invalid}, "too heavy": {make([]byte, firm.MaxLogo+1), fault.TooLarge},
		} {
			if err := w.firms.ShowLogo(w.Context(), w.by, false, tt.sent); !fault.Is(err, tt.kind) {
				w.Errorf("%s: %v", what, err)
			}
		}
		w.must(w.firms.ShowLogo(w.Context(), w.by, false, b.Bytes()))
		got := logos()
		if got.Light.Width != 300 || got.Light.Height != 100 || got.Dark != (firm.Logo{}) {
			w.Errorf("%+v", got)
		}
		picture, err := w.firms.Picture(w.Context(), w.firm, false)
		w.must(err)
		if shape, err := png.DecodeConfig(bytes.NewReader(picture)); err != nil || shape.Width != 300 {
			w.Errorf("%+v, %v", shape, err)
		}
		var other bytes.Buffer
		w.must(png.Encode(&other, image.NewNRGBA(image.Rect(0, 0, 50, 60))))
		w.must(w.firms.ShowLogo(w.Context(), w.by, true, b.Bytes()))
		w.must(w.firms.ShowLogo(w.Context(), w.by, false, other.Bytes()))
		if again := logos(); again != (firm.Logos{Light: firm.Logo{Width: 50, Height: 60}, Dark: got.Light}) {
			w.Errorf("after another picture: %+v", again)
		}
		lawyer := w.by
		lawyer.Role = authz.Lawyer
		for _, err := range []error{w.firms.ShowLogo(w.Context(), lawyer, false, b.Bytes()), w.firms.HideLogo(w.Context(), lawyer, false)} {
			if !fault.Is(err, fault.Forbidden) {
				w.Errorf("somebody who does not administer the firm: %v", err)
			}
		}

		w.must(w.office.Keep(w.Context(), w.firm, func(a *act.Act) error { return a.Write(widen) }))
		if _, err := w.firms.Picture(w.Context(), w.firm, false); err == nil {
			w.Error("a row that was changed in the database is shown")
		}
		w.must(w.firms.HideLogo(w.Context(), w.by, false))
		if _, err := w.firms.Picture(w.Context(), w.firm, false); !fault.Is(err, fault.NotFound) {
			w.Errorf("a logo that was taken away: %v", err)
		}
		if err := w.firms.HideLogo(w.Context(), w.by, false); !fault.Is(err, fault.NotFound) {
			w.Errorf("taken away twice: %v", err)
		}
		if _, err := w.firms.Picture(w.Context(), w.firm, true); err != nil {
			w.Errorf("the other one went too: %v", err)
		}
	})
}
