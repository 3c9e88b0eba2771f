package errorpage_test

import (
	"errors"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/web/page/errorpage"
	"cenacle/internal/web/ui"
	"cenacle/internal/web/ui/uitest"
)

func TestTemplate(t *testing.T) { uitest.Check(t, errorpage.Template) }

func TestEveryKindSaysWhatToDo(t *testing.T) {
	for kind := fault.Internal; kind <= fault.NoSpace; kind++ {
		err := fault.New(kind, "fault.absent").After(2 * time.Minute).Because(errors.New("secret cause"))
		made := errorpage.New(ui.Base{Printer: uitest.Printer(t, i18n.French)}, err, "/again", "/start")
		page := uitest.Render(t, errorpage.Template, made)
		page.One("h1")
		page.Has("main a[href=/start]")
		page.Silent("secret cause", "[errorpage")
		if kind != fault.Busy {
			page.One("main").Says("2 minutes")
		}
	}
}

func TestAbsentOffersNoRetry(t *testing.T) {
	made := errorpage.New(ui.Base{Printer: uitest.Printer(t, i18n.English)}, fault.Absent(), "/again", "/start")
	page := uitest.Render(t, errorpage.Template, made)
	page.Lacks("a[href=/again]")
	page.One("h1").Says("This page cannot be found")
}
