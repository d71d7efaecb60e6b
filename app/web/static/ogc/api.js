const place = document.getElementById('api');
window.SwaggerUIBundle({ url: place.dataset.definition, dom_id: '#api', deepLinking: true });
