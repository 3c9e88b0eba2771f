package door

import (
	"strings"

	"cenacle/internal/i18n"
)

// seen is what a User-Agent says of a device, as far as its owner needs to
// recognise it. It is a courtesy: anyone can send any text.
type seen struct {
	browser, system string
	phone           bool
}

// A mark stands before others that it contains: Edge calls itself Chrome, and
// Chrome Safari.
var browsers = [...][2]string{
	{"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"EdgiOS/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"},
	{"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
}

var systems = [...][2]string{
	{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Macintosh", "Mac"},
	{"CrOS", "ChromeOS"}, {"Linux", "Linux"},
}

func device(agent string) seen {
	s := seen{browser: first(browsers[:], agent), system: first(systems[:], agent)}
	s.phone = s.system == "iPhone" || strings.Contains(agent, "Mobile")
	return s
}

func first(marks [][2]string, agent string) string {
	for _, m := range marks {
		if strings.Contains(agent, m[0]) {
			return m[1]
		}
	}
	return ""
}

func (s seen) name(p *i18n.Printer) string {
	switch {
	case s.browser != "" && s.system != "":
		return p.T("door.device", s.browser, s.system)
	case s.browser != "" || s.system != "":
		return s.browser + s.system
	}
	return p.T("door.device_unknown")
}
