package entrance

import (
	"testing"

	"cenacle/internal/web/ui/uitest"
)

func TestTemplates(t *testing.T) {
	uitest.Check(t, listPage)
	uitest.Check(t, onePage)
	uitest.Check(t, hostPage)
}
