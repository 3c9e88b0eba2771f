package tus

import (
	"encoding/base64"
	"strings"
	"testing"

	"cenacle/internal/fault"
)

// FuzzMetadata: whatever the header, it is refused in words or read as exactly
// the keys and values it has.
func FuzzMetadata(f *testing.F) {
	for _, seed := range []string{
		"", "filename YQ==", "filename YQ==,tray ZmlybQ==", "filename", "filename ", " ", ",", "a b,a b", "a YQ==, b YQ==", "a YQ", "é YQ==", "a\tYQ==",
		"a YQ==\r\nX: y", "a /+8=", strings.Repeat("a YQ==,", 100),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		got, err := metadata(header)
		if err != nil {
			if !fault.Is(err, fault.Invalid) || got != nil {
				t.Fatalf("%q: %v, %v", header, got, err)
			}
			return
		}
		pairs := strings.Split(header, ",")
		if header == "" {
			pairs = nil
		}
		if len(got) != len(pairs) {
			t.Fatalf("%q has %d pairs, %d are read: %q", header, len(pairs), len(got), got)
		}
		for key, value := range got {
			if key == "" || strings.ContainsAny(key, " ,") {
				t.Fatalf("%q has the key %q", header, key)
			}
			if text := base64.StdEncoding.EncodeToString([]byte(value)); !strings.Contains(strings.NewReplacer("\r", "", "\n", "").Replace(header), text) {
				t.Fatalf("%q: %q is not in it", header, value)
			}
		}
	})
}
