package diffusion

import (
	"testing"

	"cenacle/internal/web/ui/uitest"
)

func TestTemplates(t *testing.T) {
	uitest.Check(t, listPage)
	uitest.Check(t, formPage)
	uitest.Check(t, onePage)
}
