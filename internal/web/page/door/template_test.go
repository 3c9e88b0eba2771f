package door

import (
	"testing"

	"cenacle/internal/i18n"
	"cenacle/internal/web/ui/uitest"
)

func TestTemplates(t *testing.T) {
	uitest.Check(t, signInTemplate)
	uitest.Check(t, sentTemplate)
	uitest.Check(t, signUpTemplate)
	uitest.Check(t, linkTemplate)
	uitest.Check(t, spentTemplate)
	uitest.Check(t, passwordTemplate)
	uitest.Check(t, enterTemplate)
	uitest.Check(t, accountTemplate)
	uitest.Check(t, moveTemplate)
	uitest.Check(t, codeTemplate)
	uitest.Check(t, codeSentTemplate)
	uitest.Check(t, factorsTemplate)
	uitest.Check(t, appTemplate)
	uitest.Check(t, recoveryTemplate)
	uitest.Check(t, mergeTemplate)
	uitest.Check(t, proveTemplate)
	uitest.Check(t, providerTemplate)
}

func TestDevice(t *testing.T) {
	p := uitest.Printer(t, i18n.French)
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":           "Edge sur Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1": "Safari sur iPhone",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                            "Chrome sur Android",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                  "Firefox sur Linux",
		"curl/8.5.0 (Linux)": "Linux",
		"":                   "Appareil non reconnu",
		"<script>":           "Appareil non reconnu",
	} {
		if got := device(agent).name(p); got != want {
			t.Errorf("%q is %q, want %q", agent, got, want)
		}
	}
	if !device("… (iPhone; …) … Safari/604.1").phone || device("Windows NT 10.0 Chrome/140").phone {
		t.Error("which device is a phone")
	}
}
