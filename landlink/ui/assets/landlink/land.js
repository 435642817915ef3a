"use strict";
// Parcels on the map. They come in one file, are drawn on canvas tiles in the browser, and are found again under a
// click: panning, zooming and colouring them otherwise asks the server for nothing.
window.landlinkLand = (function () {
  const BUCKETS = 160;
  // From this zoom on parcels have an edge, and what cannot be developed of one is shown paler.
  const DETAIL = 14;

  const files = {};       // what has been fetched, by address
  const chosen = {};      // by overlay: whether it is shown, and its opacity; kept while the layers are replaced
  let selected = null;    // id of the parcel that was clicked or searched for

  function fetched(url) {
    files[url] = files[url] || fetch(url).then(answer => {
      if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
      return answer.json();
    });
    return files[url];
  }

  // Shapes of parcels as flat arrays of metres in web Mercator, from differences in units of a part of a metre.
  function unpack(shapes, origin, unit) {
    const count = shapes.points.reduce((sum, n) => sum + n, 0);
    const xy = new Float64Array(2 * count);
    let x = origin[0] / unit, y = origin[1] / unit;
    for (let i = 0; i < count; i++) {
      x += shapes.xy[2 * i];
      y += shapes.xy[2 * i + 1];
      xy[2 * i] = x * unit;
      xy[2 * i + 1] = y * unit;
    }
    const starts = new Int32Array(shapes.points.length + 1);
    shapes.points.forEach((n, ring) => { starts[ring + 1] = starts[ring] + n; });
    const first = new Int32Array(shapes.rings.length + 1);
    shapes.rings.forEach((n, parcel) => { first[parcel + 1] = first[parcel] + n; });
    return {xy, starts, first};
  }

  function bounds(shapes, count) {
    const boxes = new Float64Array(4 * count);
    for (let p = 0; p < count; p++) {
      let west = Infinity, south = Infinity, east = -Infinity, north = -Infinity;
      for (let i = shapes.starts[shapes.first[p]]; i < shapes.starts[shapes.first[p + 1]]; i++) {
        const x = shapes.xy[2 * i], y = shapes.xy[2 * i + 1];
        if (x < west) west = x;
        if (x > east) east = x;
        if (y < south) south = y;
        if (y > north) north = y;
      }
      boxes.set([west, south, east, north], 4 * p);
    }
    return boxes;
  }

  // Which parcels lie where: a grid of buckets over all of them.
  function index(boxes, count) {
    let west = Infinity, south = Infinity, east = -Infinity, north = -Infinity;
    for (let p = 0; p < count; p++) {
      west = Math.min(west, boxes[4 * p]);
      south = Math.min(south, boxes[4 * p + 1]);
      east = Math.max(east, boxes[4 * p + 2]);
      north = Math.max(north, boxes[4 * p + 3]);
    }
    const wide = (east - west) / BUCKETS || 1, high = (north - south) / BUCKETS || 1;
    const clamp = n => Math.max(0, Math.min(BUCKETS - 1, Math.floor(n)));
    const cells = (w, s, e, n) => [clamp((w - west) / wide), clamp((s - south) / high), clamp((e - west) / wide), clamp((n - south) / high)];
    const buckets = Array.from({length: BUCKETS * BUCKETS}, () => []);
    for (let p = 0; p < count; p++) {
      const [a, b, c, d] = cells(...boxes.subarray(4 * p, 4 * p + 4));
      for (let i = a; i <= c; i++) for (let j = b; j <= d; j++) buckets[j * BUCKETS + i].push(p);
    }
    const seen = new Int32Array(count);
    let turn = 0;
    return function (w, s, e, n) {
      turn += 1;
      const found = [], [a, b, c, d] = cells(w, s, e, n);
      for (let j = b; j <= d; j++) for (let i = a; i <= c; i++) for (const p of buckets[j * BUCKETS + i]) {
        if (seen[p] === turn) continue;
        seen[p] = turn;
        if (boxes[4 * p] <= e && boxes[4 * p + 2] >= w && boxes[4 * p + 1] <= n && boxes[4 * p + 3] >= s) found.push(p);
      }
      return found;
    };
  }

  function prepare(data) {
    if (data.ready) return data;
    data.whole = unpack(data.shapes, data.origin, data.unit);
    data.free = unpack(data.left, data.origin, data.unit);
    data.cut = new Int32Array(data.ids.length).fill(-1);
    data.leftOf.forEach((parcel, place) => { data.cut[parcel] = place; });
    data.boxes = bounds(data.whole, data.ids.length);
    data.within = index(data.boxes, data.ids.length);
    data.place = new Map(data.ids.map((id, p) => [id, p]));
    data.ready = true;
    return data;
  }

  const MERCATOR = 20037508.342789244;

  function trace(pen, shapes, p, west, north, scale) {
    for (let ring = shapes.first[p]; ring < shapes.first[p + 1]; ring++) {
      const from = shapes.starts[ring], to = shapes.starts[ring + 1];
      for (let i = from; i < to; i++) {
        const x = (shapes.xy[2 * i] - west) * scale, y = (north - shapes.xy[2 * i + 1]) * scale;
        if (i === from) pen.moveTo(x, y); else pen.lineTo(x, y);
      }
      pen.closePath();
    }
  }

  // Colour of a parcel by what is shown: source of land, what takes it, suitability.
  function painter(data, options) {
    const none = options.colors.none;
    if (options.mode === "score") {
      const ramp = options.colors.score;
      return p => data.dev[p] > 0 && data.score[p] >= 0 ? ramp[Math.min(ramp.length - 1, Math.floor(data.score[p] * ramp.length / 1000))] : none;
    }
    if (options.mode === "reason") return p => options.colors.reason[data.dev[p] > 0 ? "" : data.reasons[data.reason[p]]] || none;
    return p => data.dev[p] > 0 ? options.colors.source[data.sources[data.source[p]]] || none : none;
  }

  const Parcels = L.GridLayer.extend({
    createTile: function (coords) {
      const tile = L.DomUtil.create("canvas", "leaflet-tile"), size = this.getTileSize();
      const ratio = window.devicePixelRatio || 1;
      tile.width = size.x * ratio;
      tile.height = size.y * ratio;
      const data = this.options.data, color = this.options.color;
      const span = 2 * MERCATOR / 2 ** coords.z;
      const west = coords.x * span - MERCATOR, north = MERCATOR - coords.y * span;
      const scale = size.x * ratio / span, pen = tile.getContext("2d");
      const detail = coords.z >= DETAIL;
      for (const p of data.within(west, north - span, west + span, north)) {
        const left = (data.boxes[4 * p] - west) * scale, top = (north - data.boxes[4 * p + 3]) * scale;
        const wide = (data.boxes[4 * p + 2] - data.boxes[4 * p]) * scale, high = (data.boxes[4 * p + 3] - data.boxes[4 * p + 1]) * scale;
        pen.fillStyle = color(p);
        if (wide < 2 && high < 2) {
          pen.fillRect(left, top, Math.max(wide, 0.7), Math.max(high, 0.7));
          continue;
        }
        const cut = data.cut[p];
        pen.globalAlpha = detail && cut >= 0 ? 0.3 : 1;
        pen.beginPath();
        trace(pen, data.whole, p, west, north, scale);
        pen.fill("evenodd");
        if (detail) {
          pen.globalAlpha = 0.7;
          pen.lineWidth = 0.6 * ratio;
          pen.strokeStyle = "#5b5f66";
          pen.stroke();
          if (cut >= 0) {
            pen.globalAlpha = 1;
            pen.beginPath();
            trace(pen, data.free, cut, west, north, scale);
            pen.fill("evenodd");
            pen.stroke();
          }
        }
        pen.globalAlpha = 1;
      }
      return tile;
    },
  });

  function hit(data, latlng) {
    const at = L.CRS.EPSG3857.project(latlng);
    for (const p of data.within(at.x, at.y, at.x, at.y)) {
      let inside = false;
      for (let ring = data.whole.first[p]; ring < data.whole.first[p + 1]; ring++) {
        const from = data.whole.starts[ring], to = data.whole.starts[ring + 1];
        for (let i = from, j = to - 1; i < to; j = i++) {
          const xi = data.whole.xy[2 * i], yi = data.whole.xy[2 * i + 1], xj = data.whole.xy[2 * j], yj = data.whole.xy[2 * j + 1];
          if (yi > at.y !== yj > at.y && at.x < (xj - xi) * (at.y - yi) / (yj - yi) + xi) inside = !inside;
        }
      }
      if (inside) return p;
    }
    return -1;
  }

  const number = n => Math.round(n).toLocaleString("en");

  function popup(data, p, options) {
    const box = document.createElement("div"), t = options.texts;
    const line = (name, value, kind) => {
      const row = table.insertRow();
      row.insertCell().textContent = name;
      const cell = row.insertCell();
      cell.className = "value";
      cell.textContent = value;
      if (kind) row.className = kind;
    };
    const title = box.appendChild(document.createElement("b"));
    title.textContent = data.ids[p];
    const about = box.appendChild(document.createElement("div"));
    about.className = "ll-about";
    about.textContent = [options.districts[data.codes[data.code[p]]], options.uses[data.uses[data.use[p]]], options.sources[data.sources[data.source[p]]]].join(" · ");
    const table = box.appendChild(document.createElement("table"));
    line(t.gross, `${number(data.gross[p])} m²`);
    for (const [name, parcels, areas] of data.lost) {
      const at = search(parcels, p);
      if (at >= 0) line(`− ${options.lost[name] || name}`, `${number(areas[at])} m²`);
    }
    line(`= ${t.developable}`, `${number(data.dev[p])} m²`, "ll-sum");
    if (data.score[p] >= 0) line(t.score, (data.score[p] / 1000).toFixed(3));
    const note = box.appendChild(document.createElement("div"));
    note.className = "ll-about";
    note.textContent = options.note;
    return box;
  }

  function search(sorted, wanted) {
    let low = 0, high = sorted.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] === wanted) return middle;
      if (sorted[middle] < wanted) low = middle + 1; else high = middle - 1;
    }
    return -1;
  }

  function outline(data, p) {
    const rings = [];
    for (let ring = data.whole.first[p]; ring < data.whole.first[p + 1]; ring++) {
      const points = [];
      for (let i = data.whole.starts[ring]; i < data.whole.starts[ring + 1]; i++) {
        points.push(L.CRS.EPSG3857.unproject(L.point(data.whole.xy[2 * i], data.whole.xy[2 * i + 1])));
      }
      rings.push(points);
    }
    return rings;
  }

  // Constraints and the score raster, each switched on and off and made paler in a panel of its own.
  function panel(map, overlays, texts) {
    const control = L.control({position: "topright"});
    control.onAdd = function () {
      const box = L.DomUtil.create("details", "ll-panel");
      box.open = Boolean(chosen[""]);
      box.addEventListener("toggle", () => { chosen[""] = box.open; });
      L.DomUtil.create("summary", "", box).textContent = texts.overlays;
      for (const overlay of overlays) row(map, box, overlay);
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    return control.addTo(map);
  }

  function row(map, box, overlay) {
    const state = chosen[overlay.id] = chosen[overlay.id] || {on: false, opacity: 0.6};
    const line = L.DomUtil.create("label", "ll-overlay", box);
    const tick = L.DomUtil.create("input", "", line);
    tick.type = "checkbox";
    tick.checked = state.on;
    const swatch = L.DomUtil.create("i", "", line);
    swatch.style.background = overlay.color;
    line.appendChild(document.createTextNode(overlay.title));
    const slider = L.DomUtil.create("input", "", box);
    slider.type = "range";
    slider.min = 0.1;
    slider.max = 1;
    slider.step = 0.1;
    slider.value = state.opacity;
    slider.setAttribute("aria-label", overlay.title);
    slider.hidden = !state.on;
    const fade = () => {
      if (!overlay.layer) return;
      if (overlay.layer.setOpacity) overlay.layer.setOpacity(state.opacity);
      else overlay.layer.setStyle({fillOpacity: 0.7 * state.opacity, opacity: state.opacity});
    };
    const draw = () => {
      slider.hidden = !state.on;
      if (!state.on) return overlay.layer && overlay.layer.remove();
      made(map, overlay).then(layer => {
        overlay.layer = layer;
        if (state.on && !overlay.gone) layer.addTo(map);
        fade();
      });
    };
    tick.addEventListener("change", () => { state.on = tick.checked; draw(); });
    slider.addEventListener("input", () => { state.opacity = Number(slider.value); fade(); });
    if (state.on) draw();
  }

  function made(map, overlay) {
    if (overlay.layer) return Promise.resolve(overlay.layer);
    if (overlay.bounds) return Promise.resolve(L.imageOverlay(overlay.url, overlay.bounds, {className: "ll-raster", attribution: overlay.credit}));
    return fetched(overlay.url).then(data => L.geoJSON(data, {
      interactive: false,
      attribution: overlay.credit,
      renderer: L.canvas({padding: 0.3}),
      style: {color: overlay.color, weight: 1, fillColor: overlay.color},
      pointToLayer: (feature, latlng) => L.circleMarker(latlng, {radius: 3}),
    }));
  }

  function show(group, options) {
    const started = performance.now();
    let map = null, layer = null, borders = null, legend = null, controls = null, mark = null, click = null;

    function select(data, p, open) {
      selected = data.ids[p];
      if (mark) mark.remove();
      mark = L.polygon(outline(data, p), {color: "#0b5cad", weight: 3, fill: false, interactive: false}).addTo(map);
      if (open) L.popup({maxWidth: 340, minWidth: 230}).setLatLng(open).setContent(popup(data, p, options)).openOn(map);
    }

    group.on("add", () => {
      map = group._map;
      fetched(options.borders).then(data => {
        if (!group._map) return;
        borders = L.geoJSON(data, {interactive: false, style: {color: "#3f444b", weight: 1.2, fill: false}}).addTo(map);
      });
      legend = landlink.legend(map, options.legend);
      controls = panel(map, options.overlays, options.texts);
      fetched(options.url).then(prepare).then(data => {
        if (!group._map) return;
        layer = new Parcels({data, color: painter(data, options), updateWhenZooming: false, keepBuffer: 3, attribution: options.credit});
        layer.on("load", () => {
          window.landlinkDrawn = (window.landlinkDrawn || 0) + 1;
          if (!window.landlinkFirst) window.landlinkFirst = performance.now() - started;
        });
        layer.addTo(map);
        click = event => {
          const p = hit(data, event.latlng);
          if (p >= 0) select(data, p, event.latlng);
        };
        map.on("click", click);
        const focus = options.focus && options.focus.stamp !== window.landlinkFocus ? options.focus : null;
        const p = data.place.get(focus ? focus.id : selected);
        if (focus) window.landlinkFocus = focus.stamp;
        if (p === undefined) return;
        if (focus) {
          const box = L.latLngBounds(outline(data, p)[0]);
          map.fitBounds(box, {maxZoom: 17, animate: false});
          select(data, p, box.getCenter());
        } else {
          select(data, p, null);
        }
      });
    });
    group.on("remove", () => {
      for (const drawn of [layer, borders, mark]) if (drawn) drawn.remove();
      if (click) map.off("click", click);
      map.removeControl(legend);
      map.removeControl(controls);
      for (const overlay of options.overlays) {
        overlay.gone = true;
        if (overlay.layer) overlay.layer.remove();
      }
      setTimeout(() => { window.feature_group = (window.feature_group || []).filter(other => other !== group); });
    });
  }

  // An uploaded file: its features, the districts' outlines, and its findings.
  function upload(group, options) {
    const drawn = [];
    const add = (map, layer) => { drawn.push(layer.addTo(map)); };
    group.on("add", () => {
      const map = group._map;
      fetched(options.borders).then(data => {
        if (group._map) add(map, L.geoJSON(data, {interactive: false, style: {color: "#3f444b", weight: 1.2, fill: false}}));
      });
      const features = options.url ? fetched(options.url) : Promise.resolve(null);
      features.then(data => {
        if (!group._map) return;
        if (data) add(map, L.geoJSON(data, {
          interactive: false,
          renderer: L.canvas({padding: 0.3}),
          style: {color: "#0b5cad", weight: 1, fillColor: "#56b4e9", fillOpacity: 0.35},
          pointToLayer: (feature, latlng) => L.circleMarker(latlng, {radius: 3}),
        }));
        for (const finding of options.findings) {
          const mark = L.circleMarker([finding.lat, finding.lng], {radius: 6, color: "#b3261e", weight: 2, fillOpacity: 0.5});
          const words = document.createElement("div");
          words.textContent = finding.text;
          add(map, mark.bindPopup(words));
        }
      });
    });
    group.on("remove", () => {
      for (const layer of drawn) layer.remove();
      setTimeout(() => { window.feature_group = (window.feature_group || []).filter(other => other !== group); });
    });
  }

  return {show, upload};
})();
landlink.land = landlinkLand.show;
landlink.upload = landlinkLand.upload;
