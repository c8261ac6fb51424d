// Maps: the city whose outlines lead to their command, a pin to put, a place to see. Without tiles the outlines are the map.
const RING =
  '<svg class="pin__sign" viewBox="0 0 40 52" width="40" height="52" aria-hidden="true">' +
  '<path fill="#112f5a" d="M20 51C12 40 2 32 2 20a18 18 0 0 1 36 0c0 12-10 20-18 31Z"/>' +
  '<g fill="none" stroke-width="4.5" stroke-linecap="round" transform="translate(8 8) scale(.6)">' +
  '<path stroke="#ffbe2e" d="M24 5A15.5 15.5 0 0 1 35 24"/><path stroke="#fff" d="M31 31A15.5 15.5 0 0 1 9 31"/>' +
  '<path stroke="#fff" d="M5 24A15.5 15.5 0 0 1 16 5"/></g></svg>';

let leaflet;

/** Leaflet's small build sets window.L; it and its style sheet come once, with the first map. */
function fetchLeaflet(css) {
  leaflet ??= Promise.all([
    import("../dist/leaflet.js"),
    new Promise((resolve) => {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: css });
      link.addEventListener("load", resolve);
      link.addEventListener("error", resolve);
      document.head.append(link);
    }),
  ]).then(() => window.L);
  return leaflet;
}

export default function start(part) {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        draw(target);
      }
    },
    { rootMargin: "400px" },
  );
  for (const element of part.querySelectorAll("[data-map]:not([data-drawn])")) {
    element.dataset.drawn = "";
    seen.observe(element);
  }
}

async function draw(element) {
  const data = element.dataset;
  const L = await fetchLeaflet(data.css);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(element, {
    zoomControl: false,
    zoomSnap: 0.25,
    maxZoom: 18,
    scrollWheelZoom: false, // a page one scrolls must not turn into a map one zooms
    zoomAnimation: !calm,
    fadeAnimation: !calm,
  });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: data.zoomIn, zoomOutTitle: data.zoomOut, position: "bottomright" }).addTo(map);
  if (data.tiles) {
    element.classList.add("map--tiles");
    L.tileLayer(data.tiles, { attribution: data.attribution, maxZoom: 19 }).addTo(map);
  }
  map.setView([40.7, -73.95], 10);
  const outlines = data.geojson && (await addOutlines(L, map, data));
  if (outlines) {
    const own = outlines.getLayers().find((layer) => layer.feature.properties.slug === data.own);
    map.fitBounds((own ?? outlines).getBounds(), { padding: [8, 8] });
  }
  if (data.map === "city") linkList(outlines);
  if (data.map === "place" && data.lat) {
    const point = [Number(data.lat), Number(data.lon)];
    L.marker(point, { icon: pinIcon(L), interactive: false, keyboard: false }).addTo(map);
    map.setView(point, closeUp(map, data));
  }
  if (data.map === "pin") placePin(L, map, data);
}

/** How near to look: with streets a few blocks; without them one would see nothing, so as far as the outlines tell. */
const closeUp = (map, data) => (data.tiles ? Math.max(map.getZoom(), 15) : map.getZoom());

const pinIcon = (L) => L.divIcon({ className: "pin", html: RING, iconSize: [40, 52], iconAnchor: [20, 51] });

async function addOutlines(L, map, data) {
  const response = await fetch(data.geojson);
  if (!response.ok) return null;
  const links = data.map === "city";
  return L.geoJSON(await response.json(), {
    interactive: links,
    style: ({ properties }) => ({
      className: `outline${links ? " outline--link" : ""}${properties.slug === data.own ? " outline--own" : ""}`,
      // Colors come from the style sheet.
      color: null,
      fillColor: null,
      opacity: null,
      fillOpacity: null,
      weight: null,
    }),
    onEachFeature(feature, layer) {
      if (!links) return;
      layer.bindTooltip(feature.properties.name, { sticky: true, direction: "top" });
      layer.on("click", () => location.assign(feature.properties.url));
    },
  }).addTo(map);
}

/** The list beside the map and the map light each other up. */
function linkList(outlines) {
  outlines?.eachLayer((layer) => {
    const link = document.querySelector(`[data-slug="${CSS.escape(layer.feature.properties.slug)}"]`);
    const path = layer.getElement();
    if (!link || !path) return;
    const light = (on) => {
      link.classList.toggle("is-lit", on);
      path.classList.toggle("is-lit", on);
      if (on) layer.bringToFront();
    };
    layer.on("mouseover", () => light(true)).on("mouseout", () => light(false));
    for (const name of ["mouseenter", "focus"]) link.addEventListener(name, () => light(true));
    for (const name of ["mouseleave", "blur"]) link.addEventListener(name, () => light(false));
  });
}

/** A click, a drag or Enter (on the middle) puts the pin; the fields take it, and give it back after a reload. */
function placePin(L, map, data) {
  const lat = document.querySelector(data.latField);
  const lon = document.querySelector(data.lonField);
  let pin;
  const put = (point, tell) => {
    if (pin) pin.setLatLng(point);
    else {
      pin = L.marker(point, { icon: pinIcon(L), draggable: true, keyboard: false, autoPan: true }).addTo(map);
      pin.on("dragend", () => put(pin.getLatLng(), true));
    }
    if (!tell) return;
    lat.value = point.lat.toFixed(5);
    lon.value = point.lng.toFixed(5);
    for (const field of [lat, lon]) field.dispatchEvent(new Event("input", { bubbles: true }));
    lat.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const follow = () => {
    if (!lat.value || !lon.value) {
      pin?.remove();
      pin = undefined;
      return;
    }
    const point = L.latLng(Number(lat.value), Number(lon.value));
    put(point, false);
    if (!map.getBounds().pad(-0.1).contains(point) || map.getZoom() < closeUp(map, data)) {
      map.setView(point, closeUp(map, data));
    }
  };
  map.on("click", (event) => put(event.latlng, true));
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== map.getContainer()) return;
    event.preventDefault();
    put(map.getCenter(), true);
  });
  lat.addEventListener("change", follow);
  follow();
}
