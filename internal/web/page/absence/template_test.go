package absence

import (
	"testing"

	"cenacle/internal/web/ui/uitest"
)

func TestTemplates(t *testing.T) {
	uitest.Check(t, page)
	uitest.Check(t, otherPage)
}
