"use strict";
// The frame of a map, the online base map below it, and the labels, legend and popups of a layer of districts. A layer
// is replaced whole when figures change: what stands beside it goes with it, and a popup that was open opens again.
window.landlink = (function () {
  const FONT = '12px "Microsoft YaHei", "Noto Sans CJK SC", "PingFang SC", sans-serif';
  const HEIGHT = 15;
  // Least distance of lines of small figures.
  const LINE = 12;
  // Where a label may go, in parts of its own width and height: on its place, else beside it.
  const SHIFTS = [[0, 0], [0, 0.4], [0, -0.4], [0.3, 0], [-0.3, 0], [0, 0.8], [0, -0.8], [0.6, 0], [-0.6, 0],
    [0.6, 0.8], [-0.6, 0.8], [0.6, -0.8], [-0.6, -0.8]];

  let tiles = null;     // the online base map that is on the map
  let wanted = null;    // its address, while a layer asks for it
  let open = null;      // the popup that is open: district code, place, and how far it is scrolled
  let shown = null;     // the layer of districts that is on the map
  const files = {};     // what has been fetched, by address

  // Scale bar and first view. A map that gets its size late, in a tab or a resized window, shows all of its bounds as
  // long as nobody has moved it.
  function frame(map, bounds) {
    L.control.scale({imperial: false}).addTo(map);
    map.attributionControl.setPrefix(false);
    let moved = false;
    const box = map.getContainer();
    map.on("dragstart boxzoomend", () => { moved = true; });
    for (const event of ["wheel", "dblclick", "keydown", "touchmove"]) {
      box.addEventListener(event, () => { moved = true; }, {passive: true});
    }
    map.zoomControl.getContainer().addEventListener("click", () => { moved = true; });
    new ResizeObserver(() => {
      if (!box.clientWidth || !box.clientHeight) return;
      map.invalidateSize({animate: false, pan: moved});
      if (!moved) map.fitBounds(bounds, {animate: false, padding: [6, 6]});
    }).observe(box);
  }

  // The online base map stays on the map while the layers above it are replaced.
  function base(group, url, attribution) {
    const bring = () => {
      const map = group._map;
      wanted = url;
      if (tiles && tiles._url === url) return;
      if (tiles) tiles.remove();
      tiles = L.tileLayer(url, {attribution: attribution, maxZoom: 18, opacity: 0.8}).addTo(map);
    };
    group.on("add", bring);
    group.on("remove", () => {
      wanted = null;
      setTimeout(() => {
        if (wanted || !tiles) return;
        tiles.remove();
        tiles = null;
      });
    });
  }

  function legend(map, options) {
    const control = L.control({position: "bottomright"});
    control.onAdd = function () {
      const box = L.DomUtil.create("div", "ll-legend");
      const title = L.DomUtil.create("b", "", box);
      title.textContent = options.title;
      if (options.unit) L.DomUtil.create("span", "ll-unit", title).textContent = options.unit;
      for (const entry of options.entries) {
        const row = L.DomUtil.create("div", "ll-entry", box);
        const swatch = L.DomUtil.create("i", entry.missing ? "ll-missing" : "", row);
        if (!entry.missing) swatch.style.background = entry.color;
        row.appendChild(document.createTextNode(entry.label));
      }
      if (options.sizes && options.sizes.length) box.appendChild(sizes(options.sizes, options.ink));
      for (const mark of options.marks || []) {
        const row = L.DomUtil.create("div", "ll-entry", box);
        const point = L.DomUtil.create("i", mark.site ? "ll-mark ll-site" : "ll-mark", row);
        point.style.borderColor = mark.color;
        point.style.background = mark.hollow ? "#fff" : mark.color;
        row.appendChild(document.createTextNode(mark.label));
      }
      if (options.note) L.DomUtil.create("div", "ll-note", box).textContent = options.note;
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    return control.addTo(map);
  }

  // Sizes of symbols: circles one within another, each with the figure that it stands for beside its top.
  function sizes(rows, ink) {
    const most = rows[0][1], left = most + 2, high = 2 * most + 10, bottom = high - 2;
    let drawn = "", last = -LINE;
    for (const [label, radius] of rows) {
      const top = bottom - 2 * radius, line = Math.max(top, last + LINE);
      last = line;
      drawn += `<circle cx="${left}" cy="${bottom - radius}" r="${radius}"/>
        <path d="M${left} ${top}H${left + most + 2}L${left + most + 9} ${line}"/><text x="${left + most + 12}" y="${line + 4}">${label}</text>`;
    }
    const holder = document.createElement("div");
    holder.innerHTML = `<svg class="ll-sizes" width="${2 * most + 80}" height="${high}" style="--ink:${ink}">${drawn}</svg>`;
    return holder.firstChild;
  }

  // Grey hatch of districts without a value, as the fill "url(#ll-hatch)".
  function hatch(color) {
    if (document.getElementById("ll-hatch")) return;
    const holder = document.createElement("div");
    holder.innerHTML = `<svg width="0" height="0" style="position:absolute"><defs><pattern id="ll-hatch" width="7" height="7"
      patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="7" height="7" fill="#e6e8ea"/>
      <rect width="2" height="7" fill="${color}"/></pattern></defs></svg>`;
    document.body.appendChild(holder);
  }

  // Labels in order of rank; one that would lie on another steps aside, or is left out until the zoom gives it room.
  // Figures stand below their labels where that leaves all labels their room. Widths are measured without the page's
  // layout, which may not have its styles yet.
  function declutter(map, labels) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = FONT;
    const taken = [], placed = [];
    const isFree = box => !taken.some(b => box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1]);
    const around = (x, y, width) => [x - width / 2, y - HEIGHT / 2, x + width / 2, y + HEIGHT / 2];
    const widthOf = node => pen.measureText(node.textContent).width + 2;
    for (const label of labels) {
      const element = label.getElement().firstChild, figure = element.querySelector("b");
      const place = map.latLngToContainerPoint(label.getLatLng());
      const width = widthOf(element.firstChild);
      const boxes = SHIFTS.map(([dx, dy]) => around(place.x + dx * width, place.y + dy * HEIGHT, width));
      const free = boxes.findIndex(isFree);
      element.style.display = free < 0 ? "none" : "";
      if (figure) figure.style.display = "none";
      if (free < 0) continue;
      taken.push(boxes[free]);
      const left = SHIFTS[free][0] * width, top = SHIFTS[free][1] * HEIGHT;
      Object.assign(element.style, {left: `${left}px`, top: `${top}px`});
      if (figure) placed.push([element, figure, top, around(place.x + left, place.y + top + HEIGHT, widthOf(figure))]);
    }
    for (const [element, figure, top, box] of placed) {
      if (!isFree(box)) continue;
      taken.push(box);
      figure.style.display = "block";
      element.style.top = `${top + HEIGHT / 2}px`;
    }
  }

  function decorate(group, layer, options) {
    shown = group;
    hatch("#9aa0a6");
    const labels = options.labels.map(label => L.marker([label.lat, label.lng], {
      interactive: false,
      keyboard: false,
      icon: L.divIcon({className: "ll-label", iconSize: [0, 0], html: `<span style='font:${FONT}'>${label.text}${label.figure ? `<b>${label.figure}</b>` : ""}</span>`}),
    }).addTo(group));
    let map = null, control = null;
    const arrange = () => declutter(map, labels);
    group.on("add", () => {
      map = group._map;
      control = legend(map, options.legend);
      map.on("zoomend", arrange);
      arrange();
      front();
      reopen(layer);
    });
    group.on("remove", () => {
      map.off("zoomend", arrange);
      map.removeControl(control);
      // The list of the component's layers only ever grows by itself.
      setTimeout(() => { window.feature_group = (window.feature_group || []).filter(other => other !== group); });
    });
    const front = () => layer.eachLayer(district => {
      if (district.feature.properties.code === options.selected) district.bringToFront();
    });

    layer.eachLayer(district => {
      const code = district.feature.properties.code;
      const popup = options.popups[code], tooltip = options.tooltips[code];
      if (tooltip) district.bindTooltip(tooltip, {sticky: true, className: "ll-tooltip"});
      if (popup) district.bindPopup(popup, {maxWidth: options.popupWidth, minWidth: 240, autoPanPadding: [12, 12], autoPanPaddingTopLeft: [48, 12]});
      district.on("popupopen", event => { district.closeTooltip(); open = {code: code, place: event.popup.getLatLng(), scrolled: 0}; });
      district.on("popupclose", event => {
        if (open && open.code === code) open.scrolled = content(event.popup).scrollTop;
        setTimeout(() => { if (shown === group && open && open.code === code) open = null; });
      });
      // What a click tells the page: which district, and a stamp by which the page knows it from the click before.
      district.toGeoJSON = () => ({type: "Feature", properties: {code: code, at: district.at}, geometry: null});
      district.on("preclick", () => { district.at = Date.now(); });
      if (options.selected) district.on("mouseout", front);
    });
  }

  // Layers that are on the map as long as a group is, and not in it: `draw` gets the map and a function that adds one.
  function beside(group, draw) {
    const drawn = [];
    group.on("add", () => draw(group._map, layer => { if (group._map) drawn.push(layer.addTo(group._map)); }));
    group.on("remove", () => {
      for (const layer of drawn) layer.remove();
      drawn.length = 0;
      setTimeout(() => { window.feature_group = (window.feature_group || []).filter(other => other !== group); });
    });
  }

  // Content of a published file; it is asked for once.
  function fetched(url) {
    files[url] = files[url] || fetch(url).then(answer => {
      if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
      return answer.json();
    });
    return files[url];
  }

  const content = popup => popup.getElement().querySelector(".leaflet-popup-content");

  // The popup that was open on the layer before, without moving the map.
  function reopen(layer) {
    if (!open) return;
    const again = open;
    layer.eachLayer(district => {
      const popup = district.getPopup();
      if (!popup || district.feature.properties.code !== again.code) return;
      popup.options.autoPan = false;
      district.openPopup(again.place);
      popup.options.autoPan = true;
      content(popup).scrollTop = again.scrolled;
      // The one before would fade away beneath it.
      for (const other of [...popup.getElement().parentElement.children]) if (other !== popup.getElement()) other.remove();
    });
  }

  return {frame, base, decorate, legend, beside, fetched};
})();
