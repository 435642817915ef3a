"use strict";
// Needs on the map: symbols in proportion to the figures, existing facilities and sites, above the districts. Symbols and
// facilities let clicks through to the district below them.
window.landlinkNeeds = (function () {
  // Pixels within which the pointer is at a facility.
  const NEAR = 6;
  // Radius of a facility's point in pixels on the city's map, and on that of many; by how much it grows when one zooms in.
  const RADIUS = 2, AMONG_MANY = 1.1, MANY = 1500, GROWTH = 0.9, FROM = 9.5;

  // Pane above the districts, made once.
  function pane(map, name, above) {
    if (!map.getPane(name)) Object.assign(map.createPane(name).style, {zIndex: above, pointerEvents: "none"});
    return name;
  }

  function symbols(group, options) {
    landlink.beside(group, (map, add) => {
      const style = {pane: pane(map, "ll-symbols", 420), interactive: false, className: "ll-symbol", color: "#fff", weight: 1.2};
      for (const symbol of options.symbols) {
        add(L.circleMarker(symbol.at, {...style, radius: symbol.radius, fillColor: options.color, fillOpacity: options.opacity}));
      }
    });
  }

  // Name and size of the facility under the pointer, in place of the district's figure.
  function hover(group, map, data) {
    const tip = L.tooltip({direction: "top", offset: [0, -4], className: "ll-tooltip ll-of-point"});
    const move = event => {
      const at = event.containerPoint, edge = map.containerPointToLatLng(at.add([NEAR, NEAR]));
      const high = Math.abs(edge.lat - event.latlng.lat), wide = Math.abs(edge.lng - event.latlng.lng);
      const nearest = data.points.find(([lat, lng]) => Math.abs(lat - event.latlng.lat) < high && Math.abs(lng - event.latlng.lng) < wide);
      map.getContainer().classList.toggle("ll-over-point", Boolean(nearest));
      if (!nearest) return tip.remove();
      const words = document.createElement("span");
      words.textContent = nearest[3];
      tip.setLatLng(nearest.slice(0, 2)).setContent(words).addTo(map);
    };
    map.on("mousemove", move);
    group.once("remove", () => {
      map.off("mousemove", move);
      map.getContainer().classList.remove("ll-over-point");
      tip.remove();
    });
  }

  function points(group, options) {
    landlink.beside(group, (map, add) => {
      if (options.facilities) landlink.fetched(options.facilities).then(data => {
        if (!group._map) return;
        const renderer = L.canvas({pane: pane(map, "ll-points", 410), padding: 0.3});
        const isMany = data.points.length > MANY;
        const size = () => (isMany ? AMONG_MANY : RADIUS) + Math.max(0, map.getZoom() - FROM) * GROWTH;
        const style = {renderer, interactive: false, radius: size(), weight: 1, opacity: isMany ? 0.5 : 0.8, fillOpacity: isMany ? 0.5 : 0.9};
        const drawn = data.points.map(([lat, lng, kind]) => L.circleMarker([lat, lng], {...style, color: options.kinds[kind].color,
          fillColor: options.kinds[kind].hollow ? "#fff" : options.kinds[kind].color}));
        add(L.layerGroup(drawn));
        const resize = () => drawn.forEach(point => point.setRadius(size()));
        map.on("zoomend", resize);
        group.once("remove", () => map.off("zoomend", resize));
        hover(group, map, data);
        window.landlinkFacilitiesDrawn = data.points.length;
      });
      if (options.sites) landlink.fetched(options.sites).then(data => {
        const style = {pane: pane(map, "ll-sites", 440), radius: 6, weight: 3};
        for (const site of data) {
          const fillColor = options.hollow.includes(site.id) ? "#fff" : site.color;
          landlinkSites.marks(site, false, {...style, color: site.color, fillColor}).forEach(add);
        }
      });
    });
  }

  return {symbols, points};
})();
landlink.symbols = landlinkNeeds.symbols;
landlink.points = landlinkNeeds.points;
