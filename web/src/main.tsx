import { render } from "preact";
import { App } from "./app";
import { start } from "./state/store";
import "./styles.css";

const page = document.getElementById("page");
if (page !== null) render(<App />, page);
start();
