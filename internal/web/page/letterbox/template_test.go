package letterbox

import (
	"testing"

	"cenacle/internal/web/ui/uitest"
)

func TestTemplates(t *testing.T) {
	uitest.Check(t, pageTemplate)
	uitest.Check(t, spentTemplate)
	uitest.Check(t, receiptTemplate)
}
