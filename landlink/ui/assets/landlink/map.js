"use strict";
// Labels, legend and popups of a layer of districts. The layer is replaced whole when figures change: what stands
// beside it goes with it, and a popup that was open opens again with the new figures.
window.landlink = (function () {
  let open = null;      // the popup that is open: district code and place
  let shown = null;     // the layer that is on the map

  function legend(map, options) {
    const control = L.control({position: "bottomright"});
    control.onAdd = function () {
      const box = L.DomUtil.create("div", "ll-legend");
      const title = L.DomUtil.create("b", "", box);
      title.textContent = options.title;
      for (const entry of options.entries) {
        const row = L.DomUtil.create("div", "", box);
        L.DomUtil.create("i", "", row).style.background = entry.color;
        row.appendChild(document.createTextNode(entry.label));
      }
      if (options.note) L.DomUtil.create("div", "ll-note", box).textContent = options.note;
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    return control.addTo(map);
  }

  // Where a label may go, in parts of its own width and height: on its place, else beside it.
  const SHIFTS = [[0, 0], [0, -0.7], [0, 0.7], [-0.8, 0], [0.8, 0], [-0.7, -0.8], [0.7, -0.8], [-0.7, 0.8], [0.7, 0.8]];

  // Labels in order of rank; one that would lie on another steps aside, or is left out until the zoom gives it room.
  function declutter(map, labels) {
    const taken = [];
    for (const label of labels) {
      const element = label.getElement().firstChild;
      element.style.display = "";
      const place = map.latLngToContainerPoint(label.getLatLng());
      const width = element.offsetWidth, height = element.offsetHeight * 0.8;
      const boxes = SHIFTS.map(([dx, dy]) => {
        const x = place.x + dx * width, y = place.y + dy * height;
        return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
      });
      const free = boxes.findIndex(box => !taken.some(b => box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1]));
      if (free < 0) {
        element.style.display = "none";
        continue;
      }
      taken.push(boxes[free]);
      element.style.left = `${SHIFTS[free][0] * width}px`;
      element.style.top = `${SHIFTS[free][1] * height}px`;
    }
  }

  function decorate(map, group, layer, options) {
    shown = group;
    if (!map.home) {
      map.home = layer.getBounds();
      map.fitBounds(map.home, {animate: false});
    }
    const control = legend(map, options.legend);
    const labels = options.labels.map(label => L.marker([label.lat, label.lng], {
      interactive: false,
      keyboard: false,
      icon: L.divIcon({className: "ll-label", iconSize: [0, 0], html: `<span>${label.text}</span>`}),
    }).addTo(group));
    const arrange = () => declutter(map, labels);
    map.on("zoomend", arrange);
    group.on("remove", () => { map.off("zoomend", arrange); map.removeControl(control); });

    layer.eachLayer(district => {
      const code = district.feature.properties.code;
      district.bindPopup(options.popups[code], {maxWidth: 360, minWidth: 240, autoPanPadding: [12, 12]});
      district.on("popupopen", event => { open = {code: code, place: event.popup.getLatLng()}; });
      district.on("popupclose", () => setTimeout(() => { if (shown === group && open && open.code === code) open = null; }, 0));
      if (code === options.selected) district.bringToFront();
    });
    const added = () => { arrange(); reopen(layer); };
    if (map.hasLayer(group)) added(); else group.once("add", added);
  }

  // The popup that was open on the layer before, without moving the map.
  function reopen(layer) {
    if (!open) return;
    const again = open;
    layer.eachLayer(district => {
      if (district.feature.properties.code !== again.code) return;
      const popup = district.getPopup();
      const pan = popup.options.autoPan;
      popup.options.autoPan = false;
      district.openPopup(again.place);
      popup.options.autoPan = pan;
    });
  }

  // The map fills its frame, however high the window makes it, and shows all districts until somebody moves it.
  L.Map.addInitHook(function () {
    const map = this, box = map.getContainer();
    L.control.scale({imperial: false}).addTo(map);
    map.attributionControl.setPrefix(false);
    let moved = false;
    for (const kind of ["pointerdown", "wheel", "keydown"]) box.addEventListener(kind, () => { moved = true; }, true);
    new ResizeObserver(() => {
      map.invalidateSize({pan: false});
      if (map.home && !moved) map.fitBounds(map.home, {animate: false});
    }).observe(box);
  });
  return {decorate};
})();
