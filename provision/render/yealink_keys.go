package render

import (
	"dialtone/provision/catalog"
	"dialtone/provision/layout"
	"dialtone/store/record"
)

// Key types (Yealink: DSS key types).
const (
	typeNone       = 0
	typeConference = 1
	typeForward    = 2
	typeTransfer   = 3
	typeHold       = 4
	typeDND        = 5
	typePark       = 10
	typeDTMF       = 11
	typeVoicemail  = 12
	typeSpeedDial  = 13
	typeIntercom   = 14
	typeLine       = 15
	typeBLF        = 16
	typeURL        = 17
	typeMulticast  = 24
	typeRecord     = 25
)

// keyTypes are the key types by button type. A button that is not here is cleared.
var keyTypes = map[string]int{
	record.ButtonLine: typeLine, record.ButtonBLFExtension: typeBLF, record.ButtonBLFPark: typeBLF,
	record.ButtonPark: typePark, record.ButtonVoicemail: typeVoicemail, record.ButtonSpeedDial: typeSpeedDial,
	record.ButtonDTMF: typeDTMF, record.ButtonURL: typeURL, record.ButtonMulticast: typeMulticast,
	record.ButtonConference: typeConference, record.ButtonTransfer: typeTransfer, record.ButtonForward: typeForward,
	record.ButtonIntercom: typeIntercom, record.ButtonDND: typeDND, record.ButtonHold: typeHold,
	record.ButtonRecordToggle: typeRecord, record.ButtonQueueAgent: typeBLF, record.ButtonQueueDepth: typeBLF,
}

// keys writes every key the layout can reach: line keys, memory keys and those of attached modules, each set or
// cleared. Programmable keys are not touched: their defaults are the phone's soft keys and hard keys.
func (w *writer) keys(p *Phone) {
	next := 0
	for n := 1; n <= p.Model.LineKeys; n++ {
		w.at("linekey.", n)
		w.key(keyAt(p.Keys, &next, 0, n), p)
	}
	for n := 1; n <= p.Model.MemoryKeys; n++ {
		w.at("memorykey.", n)
		w.key(keyAt(p.Keys, &next, 0, p.Model.LineKeys+n), p)
	}
	for module := 1; module <= min(p.Modules, p.Model.Modules); module++ {
		for n := 1; n <= p.Model.KeysPerModule; n++ {
			k := keyAt(p.Keys, &next, module, n)
			if !p.Model.ModuleKey(n) {
				continue
			}
			w.at("expansion_module.", module)
			w.prefix = append(w.prefix, "key."...)
			w.number(n)
			w.key(k, p)
		}
	}
	w.top()
}

// keyAt is the working key of a place, nil when there is none; next walks the ordered layout once.
func keyAt(keys []layout.Key, next *int, module, position int) *layout.Key {
	for *next < len(keys) {
		k := &keys[*next]
		switch {
		case k.Module > module || k.Module == module && k.Position > position:
			return nil
		case k.Module == module && k.Position == position && k.Works():
			return k
		}
		*next++
	}
	return nil
}

// key writes one key, or clears it.
func (w *writer) key(k *layout.Key, p *Phone) {
	kind := typeNone
	if k != nil {
		kind = keyTypes[k.Type]
	}
	w.num("type", kind)
	if kind == typeNone {
		w.clear("line")
		w.clear("value")
		w.clear("label")
		return
	}
	w.keyLine(k, kind, p.Model)
	w.text("value", keyValue(k))
	w.text("label", k.Label)
	if kind == typeBLF {
		w.pickup(k, p.PickupCode)
	}
}

// keyLine writes the account a key uses; the phone's own choice where it does not matter.
func (w *writer) keyLine(k *layout.Key, kind int, m *catalog.Model) {
	line := k.Line
	if kind == typeBLF && m.ZeroBasedLines {
		w.num("line", max(line-1, 0))
		return
	}
	w.positive("line", line)
}

// keyValue is what the key acts on. A line key has none, and how a transfer key transfers is set for the phone.
func keyValue(k *layout.Key) string {
	if k.Type == record.ButtonTransfer {
		return ""
	}
	return k.Value
}

// pickup tells a lamp's key how to answer for the other: firmware to V82 reads pickup_value, later extension.
func (w *writer) pickup(k *layout.Key, code string) {
	value := ""
	switch {
	case k.Type == record.ButtonBLFPark, k.Type == record.ButtonQueueAgent: // dialled whatever the lamp shows
		value = k.Value
	case code != "":
		value = code + k.Value
	}
	if w.modern {
		w.text("extension", value)
	}
	if w.legacy {
		w.text("pickup_value", value)
	}
}

// dealType is transfer.dsskey_deal_type, how keys transfer during a call (1 attended, 2 blind): what the transfer
// keys say, and the phone's default without one.
func dealType(keys []layout.Key) string {
	for i := range keys {
		if k := &keys[i]; k.Works() && k.Type == record.ButtonTransfer {
			return map[string]string{"attended": "1", "blind": "2"}[k.Value]
		}
	}
	return ""
}
