package webhook

import (
	"encoding/base64"
	"testing"
	"time"
)

// The example that the Standard Webhooks libraries are tested with.
func TestSignature(t *testing.T) {
	secret, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	const want = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	if got := sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, []byte(`{"test": 2432232314}`)); got != want {
		t.Errorf("signed %s, want %s", got, want)
	}
	h := headers("msg", time.Unix(1614265330, 5), []byte("{}"), secret, []byte("other"))
	if h["Webhook-Timestamp"] != "1614265330" || h["Webhook-Signature"] != sign(secret, "msg", 1614265330, []byte("{}"))+" "+sign([]byte("other"), "msg", 1614265330, []byte("{}")) {
		t.Errorf("headers %v", h)
	}
	if text := secretText(newSecret()); len(text) != len(secretPrefix)+44 {
		t.Errorf("secret %s", text)
	}
}

// The attempts last about a day, whatever chance says.
func TestSchedule(t *testing.T) {
	for _, luck := range []float64{0, 0.5, 0.999} {
		var total time.Duration
		attempt := 1
		for ; ; attempt++ {
			pause, last := wait(attempt, luck)
			if last {
				break
			}
			if attempt > 1 {
				if before, _ := wait(attempt-1, 0.999); pause <= before {
					t.Errorf("attempt %d waits %v after %v", attempt, pause, before)
				}
			}
			total += pause
		}
		if attempt != 8 || total < dead || total > 29*time.Hour {
			t.Errorf("%d attempts in %v", attempt, total)
		}
	}
	for range 100 {
		if c := chance(); c < 0 || c >= 1 {
			t.Fatalf("chance %v", c)
		}
	}
}

func TestHost(t *testing.T) {
	for address, want := range map[string]string{"https://a.example:8443/x?key=1": "https://a.example:8443", "%": ""} {
		if got := host(address); got != want {
			t.Errorf("%s: %s", address, got)
		}
	}
}
